import type { SignInAnswer, UserView } from '@capstan/contracts';
import { AppError, type Clock, validationError } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { UserEntity } from '../users/user.entity';
import { toUserView } from '../users/user-view';
import { UsersRepository } from '../users/users.repository';
import { ACCESS_TOKEN_SEC, AccessTokens } from './access-tokens';
import { Authenticator } from './authenticator';
import { FirstAdministrator } from './first-administrator';
import { Passwords } from './passwords';
import type { Principal } from './principal';
import { type IssuedRefreshToken, RefreshTokensRepository } from './refresh-tokens.repository';
import { SignInAttemptsRepository } from './sign-in-attempts.repository';

/** A sign-in: what goes into the body, and what goes into the cookie. */
export interface SignIn {
  readonly answer: SignInAnswer;
  readonly refresh: IssuedRefreshToken;
}

const wrongPassword = (): AppError => new AppError('INVALID_CREDENTIALS', 'User name or password is wrong');

/** Signing in and out. */
@Injectable()
export class AuthService {
  private readonly logger = new Logger(AuthService.name);

  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokensRepository,
    private readonly attempts: SignInAttemptsRepository,
    private readonly authenticator: Authenticator,
    private readonly firstAdministrator: FirstAdministrator,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `INVALID_CREDENTIALS` (also for a disabled user), `TOO_MANY_REQUESTS` */
  async login(username: string, password: string, address: string): Promise<SignIn> {
    const user = await this.checkPassword(username, password, address);
    const changes: Partial<UserEntity> = { lastSignInAt: new Date(this.clock.now()) };
    if (this.passwords.isOutdated(user.passwordHash)) {
      changes.passwordHash = await this.passwords.hash(password);
    }
    await this.users.update(user.userId, changes);
    return await this.signIn({ ...user, ...changes });
  }

  /** @throws AppError `NOT_AUTHENTICATED` */
  async refresh(token: string | undefined): Promise<SignIn> {
    if (token === undefined) {
      throw new AppError('NOT_AUTHENTICATED', 'There is no sign-in to continue');
    }
    const rotation = await this.refreshTokens.rotate(token);
    if (rotation.outcome === 'reused') {
      this.logger.warn('A used refresh token came back; its sign-in was ended everywhere', { user_id: rotation.userId });
    }
    const user = rotation.outcome === 'rotated' ? await this.users.findById(rotation.userId) : undefined;
    if (rotation.outcome !== 'rotated' || !user || user.disabled) {
      throw new AppError('NOT_AUTHENTICATED', 'This sign-in has ended');
    }
    return await this.signIn(user, rotation.next);
  }

  /** Ends the sign-in of a refresh token; an unknown one is as good as ended. */
  async logout(token: string | undefined): Promise<void> {
    if (token !== undefined) {
      await this.refreshTokens.revoke(token);
    }
  }

  /** The caller, as a user. An API token is shown as a user of its name. */
  async me({ actor, permissions }: Principal): Promise<{ user: UserView }> {
    const user = actor.type === 'user' ? await this.users.findById(actor.id) : undefined;
    if (user) {
      return { user: toUserView(user) };
    }
    const since = new Date(this.clock.now()).toISOString();
    return {
      user: {
        user_id: actor.id,
        username: actor.name,
        display_name: `API token ${actor.name}`,
        role: 'viewer',
        permissions: [...permissions],
        disabled: false,
        must_change_password: false,
        created_at: since,
        last_sign_in_at: null,
      },
    };
  }

  /**
   * Changes the caller's password and ends all other sign-ins.
   * @throws AppError `INVALID_CREDENTIALS`, `TOO_MANY_REQUESTS`, `NOT_ALLOWED` for API tokens
   */
  async changePassword({ actor }: Principal, currentPassword: string, newPassword: string, address: string): Promise<SignIn> {
    if (actor.type !== 'user') {
      throw new AppError('NOT_ALLOWED', 'An API token has no password');
    }
    const user = await this.checkPassword(actor.name, currentPassword, address);
    if (newPassword === currentPassword) {
      throw validationError([{ path: 'new_password', code: 'UNCHANGED', message: 'must differ from the current password' }]);
    }
    const passwordHash = await this.passwords.hash(newPassword);
    const changes = { passwordHash, mustChangePassword: false, tokenVersion: user.tokenVersion + 1 };
    await this.users.transaction(async (manager) => {
      await this.users.update(user.userId, changes, manager);
      await this.refreshTokens.revokeAllOf(user.userId, manager);
    });
    this.authenticator.forget();
    await this.firstAdministrator.passwordWasChanged(user.username);
    return await this.signIn({ ...user, ...changes });
  }

  private async checkPassword(username: string, password: string, address: string): Promise<UserEntity> {
    await this.attempts.reserve(username, address);
    const user = await this.users.findByUsername(username);
    // The hash is computed in every case: how long an answer takes must not tell which users exist.
    const right = await this.passwords.verify(password, user?.passwordHash);
    if (!user || !right || user.disabled) {
      throw wrongPassword();
    }
    await this.attempts.succeeded(username, address);
    return user;
  }

  private async signIn(user: UserEntity, refresh?: IssuedRefreshToken): Promise<SignIn> {
    return {
      answer: {
        access_token: await this.accessTokens.issue(user.userId, user.tokenVersion),
        token_type: 'bearer',
        expires_in: ACCESS_TOKEN_SEC,
        user: toUserView(user),
      },
      refresh: refresh ?? (await this.refreshTokens.begin(user.userId)),
    };
  }
}
