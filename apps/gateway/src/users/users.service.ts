import { type BodyOf, ROLE_PERMISSIONS, type Role, type routes, type UserView } from '@capstan/contracts';
import { AppError, type Clock, type IdSource } from '@capstan/kernel';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Authenticator } from '../auth/authenticator';
import { Passwords } from '../auth/passwords';
import { assertMayGrant, type Principal } from '../auth/principal';
import { RefreshTokensRepository } from '../auth/refresh-tokens.repository';
import type { UserEntity } from './user.entity';
import { toUserView } from './user-view';
import { usernameKey, UsersRepository } from './users.repository';
import { pageOf, type PageQuery } from '../http/paging';

type Changes = BodyOf<typeof routes.updateUser>;

/** Administration of users. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly refreshTokens: RefreshTokensRepository,
    private readonly authenticator: Authenticator,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  async list(query: PageQuery): Promise<{ users: UserView[]; total: number; page: number; per_page: number }> {
    const { page, perPage, offset } = pageOf(query);
    const { users, total } = await this.users.page(offset, perPage);
    return { users: users.map(toUserView), total, page, per_page: perPage };
  }

  /** @throws AppError `NAME_TAKEN`, `NOT_ALLOWED` */
  async create(caller: Principal, body: BodyOf<typeof routes.createUser>): Promise<{ user: UserView }> {
    assertMayGrant(caller, ROLE_PERMISSIONS[body.role]);
    const user: UserEntity = {
      userId: this.ids.next(),
      username: body.username,
      usernameKey: usernameKey(body.username),
      displayName: body.display_name ?? body.username,
      role: body.role,
      passwordHash: await this.passwords.hash(body.password),
      mustChangePassword: true,
      disabled: false,
      tokenVersion: 1,
      createdAt: new Date(this.clock.now()),
      lastSignInAt: null,
    };
    await this.users.insert(user);
    return { user: toUserView(user) };
  }

  /** @throws AppError `USER_NOT_FOUND`, `LAST_ADMINISTRATOR`, `NOT_ALLOWED` */
  async update(caller: Principal, userId: string, body: Changes): Promise<{ user: UserView }> {
    const passwordHash = body.password === undefined ? undefined : await this.passwords.hash(body.password);
    const user = await this.users.transaction(async (manager) => {
      const known = await this.manageable(caller, userId, manager);
      const role: Role = body.role ?? known.role;
      const disabled = body.disabled ?? known.disabled;
      assertMayGrant(caller, ROLE_PERMISSIONS[role]);
      if (role !== 'admin' || disabled) {
        await this.assertNotLastAdministrator(userId, manager);
      }
      const ends = passwordHash !== undefined || (disabled && !known.disabled);
      const changes: Partial<UserEntity> = {
        displayName: body.display_name ?? known.displayName,
        role,
        disabled,
        ...(passwordHash === undefined ? {} : { passwordHash, mustChangePassword: userId !== caller.actor.id }),
        ...(ends ? { tokenVersion: known.tokenVersion + 1 } : {}),
      };
      await this.users.update(userId, changes, manager);
      if (ends) {
        await this.refreshTokens.revokeAllOf(userId, manager);
      }
      return { ...known, ...changes };
    });
    this.authenticator.forget();
    return { user: toUserView(user) };
  }

  /** @throws AppError `USER_NOT_FOUND`, `LAST_ADMINISTRATOR`, `NOT_ALLOWED` */
  async remove(caller: Principal, userId: string): Promise<void> {
    await this.users.transaction(async (manager) => {
      await this.manageable(caller, userId, manager);
      await this.assertNotLastAdministrator(userId, manager);
      await this.users.remove(userId, manager);
    });
    this.authenticator.forget();
  }

  /** Whoever may change a user's password can become that user, so it takes all that the user may do. */
  private async manageable(caller: Principal, userId: string, manager: EntityManager): Promise<UserEntity> {
    const user = await this.users.findById(userId, manager);
    if (!user) {
      throw new AppError('USER_NOT_FOUND', 'There is no such user');
    }
    assertMayGrant(caller, ROLE_PERMISSIONS[user.role]);
    return user;
  }

  private async assertNotLastAdministrator(userId: string, manager: EntityManager): Promise<void> {
    const administrators = await this.users.lockAdministrators(manager);
    if (administrators.length === 1 && administrators[0] === userId) {
      throw new AppError('LAST_ADMINISTRATOR', 'There must be an administrator who can sign in');
    }
  }
}
