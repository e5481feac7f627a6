import type { DELIVERY_STATES, Notice } from '@capstan/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ChannelRow } from '../channels/channel.entity';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** One message to one channel. Its id goes with every attempt, so that a receiver can tell one that came twice. */
@Entity({ name: 'deliveries' })
@Index('deliveries_waiting', { synchronize: false })
@Index('deliveries_collecting', { synchronize: false })
@Index('deliveries_age', ['created_at'])
@Check('deliveries_state', "state IN ('waiting', 'delivered', 'failed')")
@Unique('deliveries_id', ['delivery_id'])
export class DeliveryRow {
  /** Messages of a channel go in this order. */
  @PrimaryColumn({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'deliveries_pkey' })
  place!: string;

  @Column({ type: 'uuid' })
  delivery_id!: string;

  @ForeignKey(() => ChannelRow, { name: 'deliveries_channel', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  channel_id!: string;

  /** Null for a test. */
  @Column({ type: 'uuid', nullable: true })
  rule_id!: string | null;

  @Column({ type: 'text', nullable: true })
  rule_name!: string | null;

  @Column({ type: 'text' })
  state!: (typeof DELIVERY_STATES)[number];

  /** Whether what comes until its time goes with it. */
  @Column({ type: 'boolean' })
  collecting!: boolean;

  @Column({ type: 'jsonb' })
  notices!: Notice[];

  @Column({ type: 'int', default: 0 })
  attempts!: number;

  @Column({ type: 'text', nullable: true })
  response!: string | null;

  @Column(INSTANT)
  created_at!: Date;

  @Column(INSTANT)
  due_at!: Date;

  /** After this instant it is tried no more. */
  @Column(INSTANT)
  give_up_at!: Date;

  @Column({ ...INSTANT, nullable: true })
  delivered_at!: Date | null;
}
