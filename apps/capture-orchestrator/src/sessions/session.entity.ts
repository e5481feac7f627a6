import type { Actor, SessionHold, SessionOptions, SessionState } from '@capstan/contracts';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** A session as PostgreSQL keeps it. Read and written by SQL in `sessions.repository.ts`; the class exists for the drift test and for its types. */
@Entity({ name: 'sessions' })
@Check('sessions_state', "state IN ('pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting', 'completed', 'partial', 'failed', 'cancelled')")
@Index('sessions_newest', { synchronize: false })
@Index('sessions_newest_of_state', { synchronize: false })
@Index('sessions_kinds', { synchronize: false })
@Index('sessions_held', { synchronize: false })
@Index('sessions_search', { synchronize: false })
export class SessionRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'sessions_pkey' })
  session_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  state!: SessionState;

  @Column({ type: 'int' })
  sequence!: number;

  @Column({ type: 'text', array: true })
  kinds!: string[];

  @Column({ type: 'int', nullable: true })
  duration_sec!: number | null;

  @Column({ type: 'jsonb' })
  options!: SessionOptions;

  /** SHA-256 of the request, so that a repeated order is told from another one under the same id. */
  @Column({ type: 'text' })
  request_digest!: string;

  /** Carried by every fact about this session. */
  @Column({ type: 'text' })
  correlation_id!: string;

  @Column(INSTANT)
  created_at!: Date;

  @Column({ type: 'jsonb' })
  created_by!: Actor;

  @Column({ type: 'uuid', nullable: true })
  retry_of!: string | null;

  @Column(INSTANT)
  arm_by!: Date;

  @Column({ ...INSTANT, nullable: true })
  t0!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  capture_started_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  stop_requested_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  cancel_requested_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  paused_at!: Date | null;

  @Column({ type: 'bigint', default: 0 })
  paused_ms!: string;

  @Column({ type: 'int', default: 0 })
  pause_order!: number;

  @Column({ ...INSTANT, nullable: true })
  completed_at!: Date | null;

  @Column({ type: 'int', nullable: true })
  start_spread_ms!: number | null;

  @Column({ type: 'int' })
  target_count!: number;

  @Column({ type: 'int' })
  completed_count!: number;

  @Column({ type: 'int' })
  failed_count!: number;

  @Column({ type: 'int' })
  artifact_count!: number;

  @Column({ type: 'bigint' })
  artifact_bytes!: string;

  /** Artifacts that are neither transcript nor report. */
  @Column({ type: 'int' })
  capture_count!: number;

  /** Artifacts of the session as a whole. */
  @Column({ type: 'int', default: 0 })
  own_artifact_count!: number;

  @Column({ type: 'bigint', default: 0 })
  own_artifact_bytes!: string;

  @Column({ type: 'jsonb', default: {} })
  metrics!: Record<string, number>;

  /** Name and titles in lower case, and their trigrams: see `session-search.ts`. */
  @Column({ type: 'text' })
  search_text!: string;

  @Column({ type: 'text', array: true })
  search_grams!: string[];

  /** When the watchdog looks at this session next. */
  @Index('sessions_due', { where: 'due_at IS NOT NULL' })
  @Column({ ...INSTANT, nullable: true })
  due_at!: Date | null;

  /** From here on the session is hidden; it goes when its devices are clean. */
  @Column({ ...INSTANT, nullable: true })
  delete_requested_at!: Date | null;

  @Column({ type: 'jsonb', nullable: true })
  delete_requested_by!: Actor | null;

  /** When objects of this session are to be removed: what no artifact names, or everything when it is being deleted. */
  @Index('sessions_cleanup', { where: 'cleanup_at IS NOT NULL' })
  @Column({ ...INSTANT, nullable: true })
  cleanup_at!: Date | null;

  @Column({ type: 'int', default: 0 })
  cleanup_attempts!: number;

  /** Who keeps it against retention; null when nobody does. */
  @Column({ type: 'jsonb', nullable: true })
  hold!: SessionHold | null;
}
