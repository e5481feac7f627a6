import type { SessionArtifact } from '@capstan/contracts';
import type { AppErrorShape } from '@capstan/kernel';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** The analysis of one session's captures, and who works on it. */
@Entity({ name: 'capture_analyses' })
@Check('capture_analyses_state', "state IN ('waiting', 'running', 'done', 'failed')")
export class CaptureAnalysisRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'capture_analyses_pkey' })
  session_id!: string;

  @Column({ type: 'text' })
  state!: 'waiting' | 'running' | 'done' | 'failed';

  @Column(INSTANT)
  requested_at!: Date;

  /** Not to be begun before; by the database's clock. */
  @Index('capture_analyses_open', { where: "state IN ('waiting', 'running')" })
  @Column({ ...INSTANT, default: () => 'now()' })
  due_at!: Date;

  /** Times it was begun since it was asked for. */
  @Column({ type: 'int', default: 0 })
  attempts!: number;

  @Column({ type: 'text', nullable: true })
  lease_owner!: string | null;

  /** By the database's clock. */
  @Column({ ...INSTANT, nullable: true })
  lease_until!: Date | null;

  /** Grows with each claim and each request; what an earlier holder says is refused. */
  @Column({ type: 'int', default: 0 })
  fence!: number;

  @Index('capture_analyses_finished', { where: 'finished_at IS NOT NULL' })
  @Column({ ...INSTANT, nullable: true })
  finished_at!: Date | null;

  @Column({ type: 'jsonb', nullable: true })
  error!: AppErrorShape | null;

  @Column({ type: 'jsonb', default: [] })
  artifacts!: SessionArtifact[];
}
