import type { CHANNEL_TYPES } from '@capstan/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const MAYBE_INSTANT = { type: 'timestamptz', precision: 3, nullable: true } as const;

/** A way to reach somebody, and how it fares. */
@Entity({ name: 'channels' })
@Index('channels_name', { synchronize: false })
export class ChannelRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'channels_pkey' })
  channel_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  type!: (typeof CHANNEL_TYPES)[number];

  @Column({ type: 'boolean' })
  enabled!: boolean;

  @Column({ type: 'jsonb' })
  settings!: Record<string, unknown>;

  /** Its secret, sealed by the vault. */
  @Column({ type: 'jsonb', nullable: true })
  sealed!: object | null;

  /** Until when one instance sends through it alone, so that messages keep their order. */
  @Column(MAYBE_INSTANT)
  claimed_until!: Date | null;

  /** Attempts in a row that failed. */
  @Column({ type: 'int', default: 0 })
  failures!: number;

  @Column(MAYBE_INSTANT)
  failing_since!: Date | null;

  @Column({ type: 'text', nullable: true })
  last_error!: string | null;

  @Column(MAYBE_INSTANT)
  retry_at!: Date | null;

  @Column(MAYBE_INSTANT)
  last_delivered_at!: Date | null;

  @Column({ type: 'int' })
  revision!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;
}
