import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RemoteRecord } from '../packet-capture/capture-journal';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** What one task left on its device. */
@Entity({ name: 'device_leftovers' })
@Check('device_leftovers_kind', "kind IN ('files', 'debris')")
export class LeftoverRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'device_leftovers_pkey' })
  task_id!: string;

  @Index('device_leftovers_session')
  @Column({ type: 'uuid' })
  session_id!: string;

  /** `files` wait to be collected and are removed at `clean_at`; `debris` is only to be removed. */
  @Column({ type: 'text' })
  kind!: 'files' | 'debris';

  @Column({ type: 'jsonb' })
  spec!: Record<string, unknown>;

  @Column({ type: 'jsonb' })
  remote!: RemoteRecord;

  @Column(INSTANT)
  left_at!: Date;

  @Index('device_leftovers_due')
  @Column(INSTANT)
  clean_at!: Date;

  /** From then on nobody tries any more. */
  @Column(INSTANT)
  give_up_at!: Date;

  @Column({ type: 'int', default: 0 })
  attempts!: number;

  /** An instance is cleaning until then. */
  @Column({ ...INSTANT, nullable: true })
  claimed_until!: Date | null;

  /** Task that collects the files now. */
  @Column({ type: 'uuid', nullable: true })
  collector!: string | null;
}
