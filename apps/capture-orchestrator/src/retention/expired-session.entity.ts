import type { RetentionReason } from '@capstan/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** What is left of a session that retention removed: enough to say so to whoever still asks for it. */
@Entity({ name: 'expired_sessions' })
@Index('expired_sessions_artifacts', { synchronize: false })
export class ExpiredSessionRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'expired_sessions_pkey' })
  session_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column(INSTANT)
  completed_at!: Date;

  @Index('expired_sessions_by_time')
  @Column(INSTANT)
  expired_at!: Date;

  @Column({ type: 'jsonb' })
  reasons!: RetentionReason[];

  @Column({ type: 'uuid' })
  run_id!: string;

  @Column({ type: 'uuid', array: true })
  artifact_ids!: string[];
}
