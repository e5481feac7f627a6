import type { Actor, RUN_STATES } from '@capstan/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ErrorShape } from '../sessions/engine/wire';
import { ScheduleRow } from './schedule.entity';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** One instant of a schedule, or one start by hand. The id of its session is fixed before the session exists, so that creating it twice creates it once. */
@Entity({ name: 'schedule_runs' })
@Index('schedule_runs_instant', { synchronize: false })
@Index('schedule_runs_by_time', { synchronize: false })
@Index('schedule_runs_calendar', ['due_at'])
@Index('schedule_runs_open', { synchronize: false })
@Index('schedule_runs_session', ['session_id'])
export class ScheduleRunRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'schedule_runs_pkey' })
  run_id!: string;

  @ForeignKey(() => ScheduleRow, { name: 'schedule_runs_schedule', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  schedule_id!: string;

  @Column(INSTANT)
  due_at!: Date;

  @Column({ type: 'text' })
  trigger!: 'cron' | 'manual';

  @Column({ type: 'text' })
  state!: (typeof RUN_STATES)[number];

  /** Who started it by hand. */
  @Column({ type: 'jsonb', nullable: true })
  requested_by!: Actor | null;

  @Column({ type: 'uuid' })
  session_id!: string;

  @Column({ ...INSTANT, nullable: true })
  started_at!: Date | null;

  /** After this instant a run that could not be started is given up. */
  @Column(INSTANT)
  give_up_at!: Date;

  @Column({ type: 'jsonb', nullable: true })
  error!: ErrorShape | null;

  @Column({ type: 'int', default: 0 })
  missed_count!: number;
}
