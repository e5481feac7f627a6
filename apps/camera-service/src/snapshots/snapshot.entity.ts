import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SnapshotFormat } from '@capstan/contracts';
import { bigintAsNumber } from '@capstan/persistence';
import { CameraRow } from '../inventory/camera.entity';

/** A small picture beside the snapshot. */
export interface StoredThumbnail {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
  readonly media_type: string;
}

/** A snapshot. `stored` is false while its bytes are on their way; from `doomed_at` on it is as good as gone. */
@Entity({ name: 'snapshots' })
@Check('snapshots_format', "format IN ('jpeg', 'webp', 'avif', 'png')")
@Check('snapshots_source', "source IN ('cache', 'gop', 'http', 'cold')")
@Index('snapshots_of_camera', ['camera_id', 'captured_at', 'snapshot_id'], { where: 'stored AND doomed_at IS NULL' })
@Index('snapshots_listed', ['captured_at', 'snapshot_id'], { where: 'stored AND doomed_at IS NULL' })
@Index('snapshots_unsettled', ['created_at'], { where: 'NOT stored OR doomed_at IS NOT NULL' })
export class SnapshotRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'snapshots_pkey' })
  snapshot_id!: string;

  @ForeignKey(() => CameraRow, { name: 'snapshots_camera' })
  @Column({ type: 'uuid' })
  camera_id!: string;

  @Column({ type: 'text' })
  camera_name!: string;

  @Column({ type: 'text' })
  format!: SnapshotFormat;

  @Column({ type: 'int' })
  width!: number;

  @Column({ type: 'int' })
  height!: number;

  @Column({ type: 'bigint', transformer: bigintAsNumber })
  size!: number;

  @Column({ type: 'text' })
  sha256!: string;

  @Column({ type: 'text' })
  phash!: string;

  @Column({ type: 'text' })
  key!: string;

  @Column({ type: 'jsonb', nullable: true })
  thumbnail!: StoredThumbnail | null;

  @Column({ type: 'timestamptz', precision: 3 })
  captured_at!: Date;

  @Column({ type: 'int' })
  frame_age_ms!: number;

  @Column({ type: 'text' })
  source!: 'cache' | 'gop' | 'http' | 'cold';

  @Column({ type: 'boolean' })
  stored!: boolean;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  doomed_at!: Date | null;

  /** Since when its object is known to be gone. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  lost_at!: Date | null;

  @Column({ type: 'boolean' })
  legal_hold!: boolean;

  @Column({ type: 'uuid', nullable: true })
  session_id!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;

  @Column({ type: 'text' })
  created_by!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  updated_at!: Date;
}
