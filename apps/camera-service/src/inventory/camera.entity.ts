import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { CameraState } from '@capstan/contracts';
import { CameraGroupRow } from './camera-group.entity';

/** A camera as people configured it. Its password is in `sealed`, as cipher text, and nowhere else. */
@Entity({ name: 'cameras' })
@Check('cameras_codec', "codec IN ('h264', 'h265', 'mjpeg')")
@Check('cameras_transport', "transport IN ('tcp', 'udp', 'auto')")
@Check('cameras_warm', "warm IN ('always', 'on_demand', 'never')")
@Index('cameras_listed', ['name', 'camera_id'], { where: 'deleted_at IS NULL' })
export class CameraRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'cameras_pkey' })
  camera_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ type: 'text' })
  rtsp_url!: string;

  @Index('cameras_url', { unique: true, where: 'deleted_at IS NULL' })
  @Column({ type: 'text' })
  url_key!: string;

  @Column({ type: 'text', nullable: true })
  substream_url!: string | null;

  @Column({ type: 'text', nullable: true })
  snapshot_url!: string | null;

  @Column({ type: 'text', nullable: true })
  username!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  sealed!: object | null;

  @Column({ type: 'text', nullable: true })
  resolution!: string | null;

  @Column({ type: 'int' })
  fps!: number;

  @Column({ type: 'text' })
  codec!: 'h264' | 'h265' | 'mjpeg';

  @Column({ type: 'text', nullable: true })
  location!: string | null;

  @Column({ type: 'double precision', nullable: true })
  latitude!: number | null;

  @Column({ type: 'double precision', nullable: true })
  longitude!: number | null;

  @Index('cameras_group_members', { where: 'deleted_at IS NULL' })
  @ForeignKey(() => CameraGroupRow, { name: 'cameras_group' })
  @Column({ type: 'uuid', nullable: true })
  group_id!: string | null;

  @Column({ type: 'boolean' })
  is_active!: boolean;

  @Column({ type: 'boolean' })
  is_primary!: boolean;

  @Column({ type: 'boolean' })
  enable_recording!: boolean;

  @Column({ type: 'boolean' })
  enable_snapshots!: boolean;

  @Column({ type: 'boolean' })
  enable_detection!: boolean;

  @Column({ type: 'double precision' })
  detection_sensitivity!: number;

  @Column({ type: 'text' })
  transport!: 'tcp' | 'udp' | 'auto';

  @Column({ type: 'text' })
  warm!: 'always' | 'on_demand' | 'never';

  @Column({ type: 'int' })
  timeout_ms!: number;

  @Column({ type: 'int', nullable: true })
  snapshot_interval_sec!: number | null;

  @Column({ type: 'int' })
  revision!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;

  @Column({ type: 'text' })
  created_by!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  updated_at!: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  deleted_at!: Date | null;
}

/** What was found out about a camera, and who holds its session. */
@Entity({ name: 'camera_states' })
@Check('camera_states_state', "state IN ('unknown', 'connecting', 'live', 'degraded', 'stalled', 'auth_failed', 'not_found', 'unreachable', 'disabled')")
export class CameraStateRow {
  @ForeignKey(() => CameraRow, { name: 'camera_states_camera', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'camera_states_pkey' })
  camera_id!: string;

  @Column({ type: 'text' })
  state!: CameraState;

  @Column({ type: 'text', nullable: true })
  reason_code!: string | null;

  @Column({ type: 'text', nullable: true })
  last_error!: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  last_connected!: Date | null;

  @Column({ type: 'int' })
  connection_retries!: number;

  @Column({ type: 'int' })
  streak!: number;

  @Column({ type: 'text', nullable: true })
  pending_state!: string | null;

  @Column({ type: 'double precision', nullable: true })
  latency_ms!: number | null;

  @Column({ type: 'int', nullable: true })
  detected_width!: number | null;

  @Column({ type: 'int', nullable: true })
  detected_height!: number | null;

  @Column({ type: 'double precision', nullable: true })
  detected_fps!: number | null;

  @Column({ type: 'text', nullable: true })
  detected_codec!: 'h264' | 'h265' | 'mjpeg' | null;

  @Column({ type: 'jsonb', nullable: true })
  picture!: object | null;

  @Index('camera_states_due')
  @Column({ type: 'timestamptz', precision: 3 })
  next_check_at!: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  next_snapshot_at!: Date | null;

  @Column({ type: 'text', nullable: true })
  owner!: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  owned_until!: Date | null;
}
