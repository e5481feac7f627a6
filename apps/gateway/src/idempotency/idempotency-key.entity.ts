import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What became of a request that carried an `Idempotency-Key`. */
@Entity({ name: 'idempotency_keys' })
@Index('idempotency_keys_expiry', ['expiresAt'])
export class IdempotencyKeyEntity {
  /** `user:<id>` or `token:<id>`: keys of different callers have nothing to do with each other. */
  @PrimaryColumn('text')
  actor!: string;

  /** `POST /sessions` */
  @PrimaryColumn('text')
  route!: string;

  @PrimaryColumn('text', { name: 'idempotency_key' })
  idempotencyKey!: string;

  /** HMAC of parameters and body. Not a plain hash: bodies hold passwords, and those could be guessed against it. */
  @Column('text')
  fingerprint!: string;

  /** Id for what the request makes, the same at every attempt. */
  @Column('uuid', { name: 'resource_id' })
  resourceId!: string;

  /** Until then somebody is at work on it; null when nobody is. */
  @Column('timestamptz', { name: 'locked_until', nullable: true })
  lockedUntil!: Date | null;

  /** Of the answer; null until there is one. */
  @Column('integer', { nullable: true })
  status!: number | null;

  @Column('json', { nullable: true })
  answer!: unknown;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
