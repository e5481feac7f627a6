import type { Actor, CollectedCapture, CollectionStatus } from '@capstan/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** Numbers by capture type. */
export type PerType = Record<string, number>;

/** A collection: a session of the engine in the words of the wizard, with its counters. */
@Entity({ name: 'collection_jobs' })
export class CollectionJobRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'collection_jobs_pkey' })
  session_id!: string;

  @Index('collection_jobs_job', { unique: true })
  @Column({ type: 'text' })
  job_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  status!: CollectionStatus;

  @Index('collection_jobs_created')
  @Column(INSTANT)
  created_at!: Date;

  @Column({ ...INSTANT, nullable: true })
  completed_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  cancel_requested_at!: Date | null;

  /** Whether its session is known to exist. */
  @Column({ type: 'boolean', default: false })
  confirmed!: boolean;

  @Column({ type: 'jsonb' })
  requested_by!: Actor;

  @Column({ type: 'text', array: true })
  capture_types!: string[];

  @Column({ type: 'int' })
  max_workers!: number;

  @Column({ type: 'boolean' })
  auto_load_db!: boolean;

  @Column({ type: 'jsonb', default: {} })
  filters!: { vendor?: string; site?: string; role?: string };

  /** Name of the job this one repeats. */
  @Column({ type: 'text', nullable: true })
  retry_of!: string | null;

  @Column({ type: 'int' })
  device_count!: number;

  @Column({ type: 'int', default: 0 })
  running!: number;

  @Column({ type: 'int', default: 0 })
  succeeded!: number;

  @Column({ type: 'int', default: 0 })
  failed!: number;

  @Column({ type: 'int', default: 0 })
  cancelled!: number;

  @Column({ type: 'jsonb', default: {} })
  captures_created!: PerType;

  @Column({ type: 'jsonb', default: {} })
  captures_failed!: PerType;

  @Column({ type: 'jsonb', default: {} })
  captures_unsupported!: PerType;

  @Column({ type: 'int', default: 0 })
  changes_detected!: number;

  @Column({ type: 'int', default: 0 })
  not_loaded!: number;
}

/** One device of a collection, and what became of it. */
@Entity({ name: 'collection_devices' })
export class CollectionDeviceRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'collection_devices_pkey' })
  session_id!: string;

  @Index('collection_devices_device')
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'collection_devices_pkey' })
  device_id!: string;

  @Column({ type: 'int' })
  ordinal!: number;

  @Column({ type: 'text' })
  device_name!: string;

  @Column({ type: 'text' })
  address!: string;

  @Column({ type: 'text', nullable: true })
  site!: string | null;

  /** First host on the way, `host:port`. */
  @Column({ type: 'text', nullable: true })
  bastion!: string | null;

  @Column({ type: 'uuid', nullable: true })
  credential_id!: string | null;

  @Column({ type: 'uuid', nullable: true })
  target_id!: string | null;

  /** The task that works, or worked, on it. */
  @Column({ type: 'uuid', nullable: true })
  task_id!: string | null;

  @Column({ type: 'text', default: 'queued' })
  status!: 'queued' | 'running' | 'success' | 'failed' | 'cancelled';

  /** Logins that were tried. */
  @Column({ type: 'int', default: 0 })
  attempts!: number;

  @Column({ type: 'text', nullable: true })
  error!: string | null;

  @Column({ type: 'text', nullable: true })
  error_class!: string | null;

  @Column({ ...INSTANT, nullable: true })
  started_at!: Date | null;

  @Column({ ...INSTANT, nullable: true })
  finished_at!: Date | null;

  @Column({ type: 'int', nullable: true })
  duration_ms!: number | null;

  @Column({ type: 'jsonb', default: [] })
  captures!: CollectedCapture[];
}

/** How devices took a credential lately. */
@Entity({ name: 'credential_breakers' })
export class CredentialBreakerRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'credential_breakers_pkey' })
  credential_id!: string;

  /** Devices that refused it, one after the other, since one took it. */
  @Column({ type: 'jsonb', default: [] })
  refused!: { device_id: string; name: string }[];

  @Column({ ...INSTANT, nullable: true })
  opened_at!: Date | null;

  /** Until then no device is asked with it. */
  @Column({ ...INSTANT, nullable: true })
  retry_at!: Date | null;

  /** When a device took it last; written at most once a minute. */
  @Column({ ...INSTANT, nullable: true })
  proven_at!: Date | null;
}

/** How far the number of devices at work may have grown, for all replicas. One row. */
@Entity({ name: 'collection_ramp' })
export class CollectionRampRow {
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'collection_ramp_pkey' })
  id!: number;

  @Column({ type: 'double precision' })
  ceiling!: number;

  @Column(INSTANT)
  at!: Date;
}
