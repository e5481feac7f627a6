import type { ArtifactView, TargetState, TaskDeadlines } from '@capstan/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { TaskOutcome } from './task-outcome';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** One attempt at one target, and who works on it. Everything a holder says goes through `task-leases.repository.ts`. */
@Entity({ name: 'tasks' })
@Index('tasks_queued', { synchronize: false })
@Check('tasks_state', "state IN ('pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting', 'completed', 'failed', 'cancelled')")
export class TaskRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'tasks_pkey' })
  task_id!: string;

  @Index('tasks_session')
  @Column({ type: 'uuid' })
  session_id!: string;

  @Column({ type: 'uuid' })
  target_id!: string;

  @Column({ type: 'int' })
  attempt!: number;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'jsonb' })
  spec!: Record<string, unknown>;

  @Column({ type: 'double precision', nullable: true })
  duration_sec!: number | null;

  @Column({ type: 'jsonb' })
  deadlines!: TaskDeadlines;

  @Column({ type: 'text' })
  key_prefix!: string;

  @Column({ type: 'text' })
  state!: TargetState;

  @Index('tasks_open', { where: 'finished_at IS NULL' })
  @Column(INSTANT)
  created_at!: Date;

  /** When it was let in; null while it waits for that. Of a kind that does not queue it is at once. */
  @Column({ ...INSTANT, nullable: true })
  admitted_at!: Date | null;

  /** When the first holder claimed it: `close_within_sec` counts from here. */
  @Column({ ...INSTANT, nullable: true })
  claimed_at!: Date | null;

  /** Instance that works on it. */
  @Column({ type: 'text', nullable: true })
  lease_owner!: string | null;

  /** By the database's clock. */
  @Column({ ...INSTANT, nullable: true })
  lease_until!: Date | null;

  /** Grows with each claim; what an earlier holder says is refused. */
  @Column({ type: 'int', default: 0 })
  fence!: number;

  /** Number of the last fact. */
  @Column({ type: 'int', default: 0 })
  sequence!: number;

  @Column({ ...INSTANT, nullable: true })
  heartbeat_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  t0!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  stop_requested_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  cancel_requested_at!: Date | null;

  /** Since when the task is to pause. */
  @Column({ ...INSTANT, nullable: true })
  paused_at!: Date | null;

  /** Milliseconds of all pauses that are over. */
  @Column({ type: 'double precision', default: 0 })
  paused_ms!: number;

  /** Number of the last order to pause or to go on; an older one that comes late means nothing. */
  @Column({ type: 'int', default: 0 })
  pause_order!: number;

  /** What the executor saved for the next holder: what is on the device, and how far the work had come. Plain JSON. */
  @Column({ type: 'jsonb', nullable: true })
  remote!: object | null;

  /** Everything this attempt has stored. */
  @Column({ type: 'jsonb', default: [] })
  artifacts!: ArtifactView[];

  @Column({ type: 'jsonb', nullable: true })
  outcome!: TaskOutcome | null;

  /** Trace of the order it came with, as W3C writes it; null without tracing. */
  @Column({ type: 'text', nullable: true })
  traceparent!: string | null;

  @Index('tasks_finished', { where: 'finished_at IS NOT NULL' })
  @Column({ ...INSTANT, nullable: true })
  finished_at!: Date | null;
}

/** A device that serves one task at a time. A row whose task has finished means nothing. */
@Entity({ name: 'device_locks' })
export class DeviceLockRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'device_locks_pkey' })
  device!: string;

  @Column({ type: 'uuid' })
  task_id!: string;

  @Column({ type: 'uuid' })
  session_id!: string;

  @Column(INSTANT)
  taken_at!: Date;
}

/** A cancellation that came before its task: when that comes, it is over already. */
@Entity({ name: 'task_tombstones' })
export class TaskTombstoneRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'task_tombstones_pkey' })
  task_id!: string;

  @Index('task_tombstones_created')
  @Column(INSTANT)
  created_at!: Date;
}
