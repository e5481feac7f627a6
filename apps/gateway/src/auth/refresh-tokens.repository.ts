import { createHash, randomBytes } from 'node:crypto';
import { type Clock, type IdSource } from '@capstan/kernel';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull, LessThan } from 'typeorm';
import { decideRotation, familyExpiry, refreshExpiry } from './refresh-rotation';
import { RefreshTokenEntity } from './refresh-token.entity';

/** A refresh token as it goes into the cookie. */
export interface IssuedRefreshToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** What became of a refresh token that was shown. */
export type Rotation = { readonly outcome: 'rotated'; readonly userId: string; readonly next: IssuedRefreshToken } | { readonly outcome: 'refused' | 'reused'; readonly userId?: string };

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The table of refresh tokens. */
@Injectable()
export class RefreshTokensRepository {
  constructor(
    private readonly source: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** Begins a family at a sign-in. */
  async begin(userId: string, manager: EntityManager = this.source.manager): Promise<IssuedRefreshToken> {
    return await this.insert(manager, userId, this.ids.next(), familyExpiry(this.clock.now()));
  }

  /** Ends the shown token and begins its successor, by {@link decideRotation}. */
  async rotate(token: string): Promise<Rotation> {
    return await this.source.transaction(async (manager): Promise<Rotation> => {
      const row = await manager.findOne(RefreshTokenEntity, { where: { tokenHash: hashOf(token) }, lock: { mode: 'pessimistic_write' } });
      if (!row) {
        return { outcome: 'refused' };
      }
      const now = this.clock.now();
      const decision = decideRotation(
        {
          expiresAt: row.expiresAt.getTime(),
          familyExpiresAt: row.familyExpiresAt.getTime(),
          usedAt: row.usedAt?.getTime() ?? null,
          revokedAt: row.revokedAt?.getTime() ?? null,
        },
        now,
      );
      switch (decision) {
        case 'refuse':
          return { outcome: 'refused', userId: row.userId };
        case 'revoke-family':
          await this.revokeFamily(row.familyId, manager);
          return { outcome: 'reused', userId: row.userId };
        case 'rotate':
          if (!row.usedAt) {
            await manager.update(RefreshTokenEntity, { tokenId: row.tokenId }, { usedAt: new Date(now) });
          }
          return { outcome: 'rotated', userId: row.userId, next: await this.insert(manager, row.userId, row.familyId, row.familyExpiresAt.getTime()) };
      }
    });
  }

  /** Ends the family of a token: a sign-out. */
  async revoke(token: string): Promise<void> {
    const row = await this.source.manager.findOneBy(RefreshTokenEntity, { tokenHash: hashOf(token) });
    if (row) {
      await this.revokeFamily(row.familyId, this.source.manager);
    }
  }

  /** Ends every sign-in of a user. */
  async revokeAllOf(userId: string, manager: EntityManager = this.source.manager): Promise<void> {
    await manager.update(RefreshTokenEntity, { userId, revokedAt: IsNull() }, { revokedAt: new Date(this.clock.now()) });
  }

  /** Forgets families that ended. */
  async sweep(): Promise<void> {
    await this.source.manager.delete(RefreshTokenEntity, { familyExpiresAt: LessThan(new Date(this.clock.now())) });
  }

  private async revokeFamily(familyId: string, manager: EntityManager): Promise<void> {
    await manager.update(RefreshTokenEntity, { familyId, revokedAt: IsNull() }, { revokedAt: new Date(this.clock.now()) });
  }

  private async insert(manager: EntityManager, userId: string, familyId: string, familyExpiresAt: number): Promise<IssuedRefreshToken> {
    const token = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    const expiresAt = new Date(refreshExpiry(now, familyExpiresAt));
    await manager.insert(RefreshTokenEntity, {
      tokenId: this.ids.next(),
      familyId,
      userId,
      tokenHash: hashOf(token),
      createdAt: new Date(now),
      expiresAt,
      familyExpiresAt: new Date(familyExpiresAt),
      usedAt: null,
      revokedAt: null,
    });
    return { token, expiresAt };
  }
}
