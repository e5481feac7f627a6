import type { Permission } from '@capstan/contracts';
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A key for a machine. */
@Entity({ name: 'api_tokens' })
@Unique('api_tokens_hash_unique', ['tokenHash'])
export class ApiTokenEntity {
  @PrimaryColumn('uuid', { name: 'token_id' })
  tokenId!: string;

  @Column('text')
  name!: string;

  /** First characters, to recognise it by. */
  @Column('text')
  prefix!: string;

  /** SHA-256 in hex. The token has 256 random bits, so a slow hash would protect nothing. */
  @Column('text', { name: 'token_hash' })
  tokenHash!: string;

  @Column('text', { array: true })
  permissions!: Permission[];

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
