import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { UserEntity } from '../users/user.entity';

/** One use of a sign-in: every refresh ends a row and begins the next of its family. */
@Entity({ name: 'refresh_tokens' })
@Unique('refresh_tokens_hash_unique', ['tokenHash'])
@Index('refresh_tokens_family', ['familyId'])
@Index('refresh_tokens_user', ['userId'])
@Index('refresh_tokens_expiry', ['familyExpiresAt'])
export class RefreshTokenEntity {
  @PrimaryColumn('uuid', { name: 'token_id' })
  tokenId!: string;

  /** All tokens that descend from one sign-in. */
  @Column('uuid', { name: 'family_id' })
  familyId!: string;

  @Column('uuid', { name: 'user_id' })
  @ForeignKey(() => UserEntity, { name: 'refresh_tokens_user_fk', onDelete: 'CASCADE' })
  userId!: string;

  /** SHA-256 in hex; the token itself is nowhere but in the browser's cookie. */
  @Column('text', { name: 'token_hash' })
  tokenHash!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'family_expires_at' })
  familyExpiresAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
