import type { AnswerOf, ApiTokenView, BodyOf, routes } from '@capstan/contracts';
import { AppError, type Clock, type IdSource } from '@capstan/kernel';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Authenticator } from '../auth/authenticator';
import { assertMayGrant, type Principal } from '../auth/principal';
import { pageOf, type PageQuery } from '../http/paging';
import type { ApiTokenEntity } from './api-token.entity';
import { makeToken } from './token-secret';
import { TokensRepository } from './tokens.repository';

const DAY_MS = 86_400_000;

function toView(token: ApiTokenEntity): ApiTokenView {
  return {
    token_id: token.tokenId,
    name: token.name,
    prefix: token.prefix,
    permissions: token.permissions,
    created_by: token.createdBy,
    created_at: token.createdAt.toISOString(),
    expires_at: token.expiresAt?.toISOString() ?? null,
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
  };
}

/** API tokens: keys for machines, with permissions of their own. */
@Injectable()
export class TokensService {
  constructor(
    private readonly tokens: TokensRepository,
    private readonly authenticator: Authenticator,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  async list(query: PageQuery): Promise<AnswerOf<typeof routes.listTokens>> {
    const { page, perPage, offset } = pageOf(query);
    const { tokens, total } = await this.tokens.page(offset, perPage);
    return { tokens: tokens.map(toView), total, page, per_page: perPage };
  }

  /** @throws AppError `NOT_ALLOWED` when the token would have more permissions than its maker */
  async create(caller: Principal, body: BodyOf<typeof routes.createToken>): Promise<AnswerOf<typeof routes.createToken>> {
    assertMayGrant(caller, body.permissions);
    const { token, hash, prefix } = makeToken();
    const now = this.clock.now();
    const row: ApiTokenEntity = {
      tokenId: this.ids.next(),
      name: body.name,
      prefix,
      tokenHash: hash,
      permissions: [...new Set(body.permissions)],
      createdBy: caller.actor.name,
      createdAt: new Date(now),
      expiresAt: body.expires_in_days === null ? null : new Date(now + body.expires_in_days * DAY_MS),
      lastUsedAt: null,
    };
    await this.tokens.insert(row);
    return { ...toView(row), token };
  }

  /** @throws AppError `TOKEN_NOT_FOUND` */
  async remove(tokenId: string): Promise<void> {
    if (!(await this.tokens.remove(tokenId))) {
      throw new AppError('TOKEN_NOT_FOUND', 'There is no such token');
    }
    this.authenticator.forget();
  }
}
