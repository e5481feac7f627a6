import type { Actor, TargetKindName } from '@capstan/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Limits and quota of a kind; a kind without a row has neither. */
@Entity({ name: 'retention_policies' })
export class RetentionPolicyRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'retention_policies_pkey' })
  kind!: TargetKindName;

  @Column({ type: 'int', nullable: true })
  max_age_days!: number | null;

  @Column({ type: 'int', nullable: true })
  max_sessions!: number | null;

  @Column({ type: 'bigint', nullable: true })
  max_bytes!: string | null;

  @Column({ type: 'int' })
  keep_last!: number;

  @Column({ type: 'bigint', nullable: true })
  quota_bytes!: string | null;

  @Column({ type: 'int' })
  warn_percent!: number;

  @Column({ type: 'int' })
  stop_percent!: number;

  /** What was last told of the quota, so that each crossing is told once. */
  @Column({ type: 'text', default: 'ok' })
  quota_state!: 'ok' | 'warning' | 'stopped';

  @Column({ type: 'int' })
  revision!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  updated_at!: Date;

  @Column({ type: 'jsonb' })
  updated_by!: Actor;
}
