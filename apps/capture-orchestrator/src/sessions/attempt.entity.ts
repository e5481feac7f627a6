import type { WorkerName } from '@capstan/contracts';
import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { ErrorShape } from './engine/wire';
import { TargetRow } from './target.entity';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** One order to a worker, and how it ended. The record of what was tried; decisions look at the target alone. */
@Entity({ name: 'attempts' })
@Unique('attempts_number', ['target_id', 'attempt'])
export class AttemptRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'attempts_pkey' })
  task_id!: string;

  @ForeignKey(() => TargetRow, { name: 'attempts_target', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  target_id!: string;

  @Column({ type: 'int' })
  attempt!: number;

  @Column({ type: 'text' })
  worker!: WorkerName;

  @Column({ type: 'text' })
  key_prefix!: string;

  @Column(INSTANT)
  ordered_at!: Date;

  @Column({ ...INSTANT, nullable: true })
  ended_at!: Date | null;

  /** `lost` when the attempt was given up because its worker was. */
  @Column({ type: 'text', nullable: true })
  outcome!: 'completed' | 'failed' | 'cancelled' | 'lost' | null;

  @Column({ type: 'jsonb', nullable: true })
  error!: ErrorShape | null;
}
