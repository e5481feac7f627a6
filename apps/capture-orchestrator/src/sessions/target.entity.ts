import type { TargetState, WorkerName } from '@capstan/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { ErrorShape } from './engine/wire';
import { SessionRow } from './session.entity';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** A target with its current attempt; see `engine/model.ts` for what the columns mean. */
@Entity({ name: 'targets' })
@Index('targets_live', { synchronize: false })
@Unique('targets_ordinal', ['session_id', 'ordinal'])
@Check('targets_state', "state IN ('pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting', 'completed', 'failed', 'cancelled')")
export class TargetRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'targets_pkey' })
  target_id!: string;

  @ForeignKey(() => SessionRow, { name: 'targets_session', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  session_id!: string;

  @Column({ type: 'int' })
  ordinal!: number;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text' })
  worker!: WorkerName;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'jsonb' })
  spec!: Record<string, unknown>;

  @Column({ type: 'text' })
  state!: TargetState;

  @Column({ type: 'int' })
  attempt!: number;

  @Index('targets_task', { unique: true })
  @Column({ type: 'uuid' })
  task_id!: string;

  @Column({ type: 'text', nullable: true })
  message!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  error!: ErrorShape | null;

  @Column({ type: 'jsonb' })
  metrics!: Record<string, number>;

  @Column({ ...INSTANT, nullable: true })
  configuring_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  ready_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  start_sent_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  started_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  stopped_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  finished_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  paused_at!: Date | null;

  @Column({ type: 'int' })
  last_sequence!: number;

  @Column({ type: 'int' })
  last_fence!: number;

  @Column({ ...INSTANT, nullable: true })
  claimed_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  last_heartbeat_at!: Date | null;

  @Column(INSTANT)
  start_by!: Date;

  @Column(INSTANT)
  ready_by!: Date;

  @Column({ type: 'bigint' })
  close_within_ms!: string;

  @Column(INSTANT)
  close_by!: Date;

  @Column({ type: 'int' })
  heartbeat_ms!: number;

  @Column({ ...INSTANT, nullable: true })
  start_ordered_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  stop_ordered_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  cancel_ordered_at!: Date | null;

  @Column({ type: 'int' })
  artifact_count!: number;

  @Column({ type: 'bigint' })
  artifact_bytes!: string;

  @Column({ type: 'int' })
  capture_count!: number;
}
