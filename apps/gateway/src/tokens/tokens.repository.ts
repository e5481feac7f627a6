import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiTokenEntity } from './api-token.entity';

/** The table of API tokens. */
@Injectable()
export class TokensRepository {
  constructor(private readonly source: DataSource) {}

  async findByHash(tokenHash: string): Promise<ApiTokenEntity | undefined> {
    return (await this.source.manager.findOneBy(ApiTokenEntity, { tokenHash })) ?? undefined;
  }

  async findById(tokenId: string): Promise<ApiTokenEntity | undefined> {
    return (await this.source.manager.findOneBy(ApiTokenEntity, { tokenId })) ?? undefined;
  }

  /** Newest first. */
  async page(offset: number, limit: number): Promise<{ tokens: ApiTokenEntity[]; total: number }> {
    const [tokens, total] = await this.source.manager.findAndCount(ApiTokenEntity, { order: { createdAt: 'DESC', tokenId: 'DESC' }, skip: offset, take: limit });
    return { tokens, total };
  }

  async insert(token: ApiTokenEntity): Promise<void> {
    await this.source.manager.insert(ApiTokenEntity, token);
  }

  /** @returns whether there was one */
  async remove(tokenId: string): Promise<boolean> {
    return ((await this.source.manager.delete(ApiTokenEntity, { tokenId })).affected ?? 0) > 0;
  }

  async touch(tokenId: string, at: Date): Promise<void> {
    await this.source.manager.update(ApiTokenEntity, { tokenId }, { lastUsedAt: at });
  }
}
