import type { DeviceIdentity, DeviceOverrides, DeviceTestResult, LegacyCrypto } from '@capstan/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { CredentialRow } from '../credentials/credential.entity';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;
const OPTIONAL_TEXT = { type: 'text', nullable: true } as const;

/** A device as people configured it. */
@Entity({ name: 'devices' })
@Index('devices_address', { synchronize: false })
@Check('devices_legacy_crypto', "legacy_crypto IN ('never', 'auto', 'always')")
export class DeviceRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'devices_pkey' })
  device_id!: string;

  /** Unique among those that were not deleted, whatever its capitals. */
  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  address!: string;

  @Column({ type: 'int' })
  port!: number;

  @Column(OPTIONAL_TEXT)
  platform!: string | null;

  @Column(OPTIONAL_TEXT)
  vendor!: string | null;

  @Column(OPTIONAL_TEXT)
  site!: string | null;

  @Column(OPTIONAL_TEXT)
  role!: string | null;

  @Index('devices_of_credential', { where: 'credential_id IS NOT NULL' })
  @ForeignKey(() => CredentialRow, { name: 'devices_credential' })
  @Column({ type: 'uuid', nullable: true })
  credential_id!: string | null;

  @Index('devices_behind', { where: 'jump_host_id IS NOT NULL' })
  @ForeignKey(() => DeviceRow, { name: 'devices_jump_host' })
  @Column({ type: 'uuid', nullable: true })
  jump_host_id!: string | null;

  @Column({ type: 'text', array: true })
  tags!: string[];

  @Column({ type: 'text' })
  legacy_crypto!: LegacyCrypto;

  @Column({ type: 'jsonb' })
  overrides!: DeviceOverrides;

  @Column({ type: 'boolean' })
  enabled!: boolean;

  @Column(OPTIONAL_TEXT)
  notes!: string | null;

  @Column({ type: 'int' })
  revision!: number;

  @Column(INSTANT)
  created_at!: Date;

  @Column({ type: 'text' })
  created_by!: string;

  @Column(INSTANT)
  updated_at!: Date;

  /** What was collected from a deleted device stays until its retention is over, so the row does. */
  @Column({ ...INSTANT, nullable: true })
  deleted_at!: Date | null;
}

/** What was found out about a device. */
@Entity({ name: 'device_states' })
export class DeviceStateRow {
  @ForeignKey(() => DeviceRow, { name: 'device_states_device', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'device_states_pkey' })
  device_id!: string;

  /** What the device is known as. */
  @Column({ type: 'jsonb', nullable: true })
  identity!: DeviceIdentity | null;

  /** What answers at its address instead; null while it is the device itself. */
  @Column({ type: 'jsonb', nullable: true })
  observed!: DeviceIdentity | null;

  @Column({ ...INSTANT, nullable: true })
  observed_since!: Date | null;

  @Column({ type: 'jsonb', nullable: true })
  last_test!: DeviceTestResult | null;

  @Column({ ...INSTANT, nullable: true })
  last_collected_at!: Date | null;
}
