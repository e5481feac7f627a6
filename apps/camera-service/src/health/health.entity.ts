import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { CameraRow } from '../inventory/camera.entity';

/** One look at a camera. */
@Entity({ name: 'health_samples' })
export class HealthSampleRow {
  @ForeignKey(() => CameraRow, { name: 'health_samples_camera', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'health_samples_pkey' })
  camera_id!: string;

  @Index('health_samples_age')
  @PrimaryColumn({ type: 'timestamptz', precision: 3, primaryKeyConstraintName: 'health_samples_pkey' })
  at!: Date;

  @Column({ type: 'jsonb' })
  sample!: object;
}

/** One hour of looks at a camera, as sums. */
@Entity({ name: 'health_rollups' })
export class HealthRollupRow {
  @ForeignKey(() => CameraRow, { name: 'health_rollups_camera', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'health_rollups_pkey' })
  camera_id!: string;

  @Index('health_rollups_age')
  @PrimaryColumn({ type: 'timestamptz', precision: 3, primaryKeyConstraintName: 'health_rollups_pkey' })
  from_at!: Date;

  @Column({ type: 'int' })
  samples!: number;

  @Column({ type: 'int' })
  up!: number;

  @Column({ type: 'double precision' })
  fps_sum!: number;

  @Column({ type: 'int' })
  fps_count!: number;

  @Column({ type: 'double precision' })
  bitrate_sum!: number;

  @Column({ type: 'int' })
  bitrate_count!: number;

  @Column({ type: 'double precision' })
  loss_sum!: number;

  @Column({ type: 'int' })
  loss_count!: number;

  @Column({ type: 'double precision' })
  latency_sum!: number;

  @Column({ type: 'int' })
  latency_count!: number;
}

/** Something about a camera that began, and ended or goes on. */
@Entity({ name: 'health_events' })
@Index('health_events_open', ['camera_id', 'kind'], { unique: true, where: 'closed_at IS NULL' })
@Index('health_events_listed', ['opened_at', 'event_id'])
@Index('health_events_camera_listed', ['camera_id', 'opened_at'])
export class HealthEventRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'health_events_pkey' })
  event_id!: string;

  @ForeignKey(() => CameraRow, { name: 'health_events_camera', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  camera_id!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  opened_at!: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  closed_at!: Date | null;

  @Column({ type: 'text', nullable: true })
  detail!: string | null;
}
