import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The exchanges the relay publishes to, by channel. */
export type OutboxChannel = 'command' | 'event' | 'control';

/** A message waiting for the relay. The row is deleted when the broker has confirmed it. */
@Entity({ name: 'outbox' })
export class OutboxMessage {
  /** Order of publication within a partition. */
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'outbox_pkey' })
  position!: string;

  /** Id of the envelope. */
  @Column({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text' })
  channel!: OutboxChannel;

  /** Type of the envelope and routing key. */
  @Column({ type: 'text' })
  type!: string;

  /** Messages with the same key are published in the order of `position`. */
  @Column({ name: 'partition_key', type: 'text' })
  partitionKey!: string;

  /** The whole CloudEvents body, byte for byte as it will leave. Not jsonb: that refuses the escaped NUL a message may hold. */
  @Column({ type: 'json' })
  envelope!: object;

  @Column({ type: 'int', default: 0 })
  attempts!: number;

  /** Null: as soon as possible. Set after a failed publication; holds back the whole partition. */
  @Index('outbox_postponed', { where: '"postponed_until" IS NOT NULL' })
  @Column({ name: 'postponed_until', type: 'timestamptz', nullable: true })
  postponedUntil!: Date | null;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
