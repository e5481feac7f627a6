import type { Actor, MISSED_POLICIES, OVERLAP_POLICIES } from '@capstan/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;
const MAYBE_INSTANT = { ...INSTANT, nullable: true } as const;

/** A schedule, and how far its instants have been decided. */
@Entity({ name: 'schedules' })
@Index('schedules_name', { synchronize: false })
@Index('schedules_attention', { synchronize: false })
export class ScheduleRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'schedules_pkey' })
  schedule_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'boolean' })
  enabled!: boolean;

  @Column({ type: 'text' })
  cron!: string;

  @Column({ type: 'text' })
  time_zone!: string;

  @Column(MAYBE_INSTANT)
  starts_at!: Date | null;

  @Column(MAYBE_INSTANT)
  ends_at!: Date | null;

  @Column({ type: 'int', nullable: true })
  max_runs!: number | null;

  @Column({ type: 'text' })
  overlap!: (typeof OVERLAP_POLICIES)[number];

  @Column({ type: 'int' })
  jitter_sec!: number;

  @Column({ type: 'text' })
  missed!: (typeof MISSED_POLICIES)[number];

  @Column({ type: 'uuid', nullable: true })
  template_id!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  session!: Record<string, unknown> | null;

  /** Sessions it has started. */
  @Column({ type: 'int', default: 0 })
  run_count!: number;

  /** The next instant that is not decided; null when there is none, or the schedule is paused. */
  @Column(MAYBE_INSTANT)
  next_run_at!: Date | null;

  /** When somebody must look at it next: an instant with its jitter, or a run that waits. */
  @Column(MAYBE_INSTANT)
  attention_at!: Date | null;

  /** Until when one instance deals with it alone. */
  @Column(MAYBE_INSTANT)
  claimed_until!: Date | null;

  @Column({ type: 'int' })
  revision!: number;

  @Column(INSTANT)
  created_at!: Date;

  @Column({ type: 'jsonb' })
  created_by!: Actor;

  @Column(INSTANT)
  updated_at!: Date;
}
