import type { Actor, RETENTION_RUN_STATES } from '@capstan/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** A look at everything that may go, and what it removed so far. */
@Entity({ name: 'retention_runs' })
@Index('retention_runs_by_time', { synchronize: false })
@Index('retention_runs_open', { synchronize: false })
export class RetentionRunRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'retention_runs_pkey' })
  run_id!: string;

  @Column({ type: 'text' })
  trigger!: 'hourly' | 'manual';

  @Column({ type: 'jsonb', nullable: true })
  requested_by!: Actor | null;

  @Column({ type: 'text' })
  state!: (typeof RETENTION_RUN_STATES)[number];

  @Column(INSTANT)
  requested_at!: Date;

  @Column({ ...INSTANT, nullable: true })
  started_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  ended_at!: Date | null;

  @Column({ type: 'int', default: 0 })
  sessions!: number;

  @Column({ type: 'int', default: 0 })
  artifacts!: number;

  @Column({ type: 'bigint', default: 0 })
  bytes!: string;

  /** Sessions and bytes of each kind. */
  @Column({ type: 'jsonb', default: {} })
  by_kind!: Record<string, { sessions: number; bytes: number }>;

  @Column({ type: 'text', nullable: true })
  error!: string | null;
}
