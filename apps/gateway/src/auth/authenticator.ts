import { ROLE_PERMISSIONS, type Actor } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ApiTokenEntity } from '../tokens/api-token.entity';
import { hashToken, TOKEN_PREFIX } from '../tokens/token-secret';
import { TokensRepository } from '../tokens/tokens.repository';
import type { UserEntity } from '../users/user.entity';
import { UsersRepository } from '../users/users.repository';
import { AccessTokens } from './access-tokens';
import type { Principal } from './principal';

/**
 * Milliseconds for which what the database said about a user or token is believed. A change made through another
 * replica takes effect this late; one made through this replica at once.
 */
export const BELIEF_MS = 3_000;
const MAX_BELIEFS = 10_000;
/** `last_used_at` is for people who tidy up; a minute is exact enough and saves a write per call. */
const TOUCH_EVERY_MS = 60_000;

interface Belief<T> {
  readonly value: Promise<T | undefined>;
  readonly until: number;
}

/** Finds out who is calling. */
@Injectable()
export class Authenticator {
  private readonly logger = new Logger(Authenticator.name);
  private readonly users = new Map<string, Belief<UserEntity>>();
  private readonly tokens = new Map<string, Belief<ApiTokenEntity>>();

  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly userTable: UsersRepository,
    private readonly tokenTable: TokensRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The caller who shows `credentials`, an access token or an API token.
   * @throws AppError `NOT_AUTHENTICATED`, `TOKEN_EXPIRED`
   */
  async authenticate(credentials: string): Promise<Principal> {
    if (credentials.startsWith(TOKEN_PREFIX)) {
      return await this.byApiToken(hashToken(credentials));
    }
    const { userId, version, expiresAt } = await this.accessTokens.read(credentials);
    const user = await this.user(userId);
    if (!user || user.disabled || user.tokenVersion !== version) {
      throw new AppError('NOT_AUTHENTICATED', 'This sign-in has ended');
    }
    return { ...this.ofUser(user), expiresAt };
  }

  /** What someone who proved their identity earlier may do now; undefined when they may do nothing any more. */
  async recall(actor: Pick<Actor, 'type' | 'id'>): Promise<Principal | undefined> {
    if (actor.type === 'user') {
      const user = await this.user(actor.id);
      return user && !user.disabled ? this.ofUser(user) : undefined;
    }
    if (actor.type === 'token') {
      const token = await this.tokenTable.findById(actor.id);
      return token && !this.isOver(token) ? this.ofToken(token) : undefined;
    }
    return undefined;
  }

  /** Forgets what it believes, after a user or token was changed. */
  forget(): void {
    this.users.clear();
    this.tokens.clear();
  }

  private async byApiToken(hash: string): Promise<Principal> {
    const token = await this.believe(this.tokens, hash, () => this.tokenTable.findByHash(hash));
    if (!token) {
      throw new AppError('NOT_AUTHENTICATED', 'The API token is not valid');
    }
    if (this.isOver(token)) {
      throw new AppError('TOKEN_EXPIRED', 'The API token has expired');
    }
    this.touch(token);
    return this.ofToken(token);
  }

  private touch(token: ApiTokenEntity): void {
    const now = this.clock.now();
    if (token.lastUsedAt && now - token.lastUsedAt.getTime() < TOUCH_EVERY_MS) {
      return;
    }
    token.lastUsedAt = new Date(now);
    this.tokenTable.touch(token.tokenId, token.lastUsedAt).catch((error: unknown) => this.logger.warn('The last use of an API token was not noted', error));
  }

  private isOver(token: ApiTokenEntity): boolean {
    return token.expiresAt !== null && token.expiresAt.getTime() <= this.clock.now();
  }

  private user(userId: string): Promise<UserEntity | undefined> {
    return this.believe(this.users, userId, () => this.userTable.findById(userId));
  }

  private ofUser(user: UserEntity): Principal {
    return {
      actor: { type: 'user', id: user.userId, name: user.username },
      permissions: ROLE_PERMISSIONS[user.role],
      role: user.role,
      mustChangePassword: user.mustChangePassword,
    };
  }

  private ofToken(token: ApiTokenEntity): Principal {
    return {
      actor: { type: 'token', id: token.tokenId, name: token.name },
      permissions: token.permissions,
      mustChangePassword: false,
      ...(token.expiresAt ? { expiresAt: token.expiresAt.getTime() } : {}),
    };
  }

  private believe<T>(beliefs: Map<string, Belief<T>>, key: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const now = this.clock.monotonic();
    const known = beliefs.get(key);
    if (known && known.until > now) {
      return known.value;
    }
    if (beliefs.size >= MAX_BELIEFS) {
      beliefs.clear();
    }
    const belief: Belief<T> = { value: ask(), until: now + BELIEF_MS };
    beliefs.set(key, belief);
    // An error is not an answer: the next caller asks again.
    belief.value.catch(() => {
      if (beliefs.get(key) === belief) {
        beliefs.delete(key);
      }
    });
    return belief.value;
  }
}
