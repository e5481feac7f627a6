import type { ChangeSeverity } from '@capstan/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Actor } from '../../platforms';
import type { RowChanges } from '../changes/row-changes';
import { CapturedDeviceRow } from './capture.entity';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** A change of a device. The difference of texts is made when somebody looks at it; that of rows is kept. */
@Entity({ name: 'device_changes' })
@Check('device_changes_severity', "severity IN ('minor', 'moderate', 'critical')")
@Index('device_changes_device', ['device_id', 'detected_at'])
export class DeviceChangeRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'device_changes_pkey' })
  change_id!: string;

  @ForeignKey(() => CapturedDeviceRow, { name: 'device_changes_of', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  device_id!: string;

  @Column({ type: 'text' })
  capture_type!: string;

  @Column({ type: 'text' })
  kind!: 'text' | 'rows';

  @Column({ type: 'text' })
  severity!: ChangeSeverity;

  @Index('device_changes_newest')
  @Column(INSTANT)
  detected_at!: Date;

  /** When the earlier capture was made for the last time. */
  @Column(INSTANT)
  since!: Date;

  @Index('device_changes_session')
  @Column({ type: 'uuid' })
  session_id!: string;

  @Column({ type: 'uuid' })
  from_capture_id!: string;

  @Column({ type: 'uuid' })
  to_capture_id!: string;

  @Column({ type: 'int' })
  added!: number;

  @Column({ type: 'int' })
  removed!: number;

  @Column({ type: 'int' })
  modified!: number;

  @Column({ type: 'jsonb' })
  summary!: string[];

  @Column({ type: 'jsonb', nullable: true })
  actor!: Actor | null;

  @Column({ type: 'jsonb' })
  rules_hit!: Record<string, number>;

  /** Of rows. */
  @Column({ type: 'jsonb', nullable: true })
  rows!: RowChanges | null;

  @Column({ ...INSTANT, nullable: true })
  acknowledged_at!: Date | null;

  @Column({ type: 'text', nullable: true })
  acknowledged_by!: string | null;

  @Column({ type: 'text', nullable: true })
  note!: string | null;
}
