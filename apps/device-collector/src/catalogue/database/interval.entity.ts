import type { ArpEventKind } from '@capstan/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { CapturedDeviceRow } from './capture.entity';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/**
 * Something that was there for a while. While it is, only the head of its device and type moves with each capture: a row
 * is written when it comes, changes or goes, not when it is merely seen again.
 */
abstract class IntervalRow {
  /** What makes it the same one; open once at most. */
  @Column({ type: 'text' })
  key!: string;

  /** Of what there can be only one at a time: another key of the same identity ends it at once. */
  @Column({ type: 'text' })
  identity!: string;

  @Column(INSTANT)
  first_seen!: Date;

  /** Of an open one that is not missing, the last complete capture counts when it is later. */
  @Column(INSTANT)
  last_seen!: Date;

  /** Complete captures in a row in which it was missing. */
  @Column({ type: 'int', default: 0 })
  missed!: number;

  /** The first of them. */
  @Column({ ...INSTANT, nullable: true })
  missing_since!: Date | null;

  /** Null while it is open. */
  @Column({ ...INSTANT, nullable: true })
  ended_at!: Date | null;
}

/** Who had an address. */
@Entity({ name: 'arp_bindings' })
@Index('arp_bindings_open', ['device_id', 'key'], { unique: true, where: 'ended_at IS NULL' })
@Index('arp_bindings_ip', ['ip', 'first_seen'])
@Index('arp_bindings_mac', { synchronize: false })
export class ArpBindingRow extends IntervalRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'arp_bindings_pkey' })
  device_id!: string;

  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'arp_bindings_pkey' })
  interval_id!: string;

  @Column({ type: 'text' })
  context!: string;

  @Column({ type: 'inet' })
  ip!: string;

  @Column({ type: 'text' })
  mac!: string;

  @Column({ type: 'text', nullable: true })
  interface!: string | null;

  @Column({ type: 'text', nullable: true })
  egress_port!: string | null;

  @Column({ type: 'text' })
  type!: string;
}

/** Where a switch had seen a MAC. */
@Entity({ name: 'mac_locations' })
@Index('mac_locations_open', ['device_id', 'key'], { unique: true, where: 'ended_at IS NULL' })
@Index('mac_locations_mac', { synchronize: false })
export class MacLocationRow extends IntervalRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'mac_locations_pkey' })
  device_id!: string;

  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'mac_locations_pkey' })
  interval_id!: string;

  @Column({ type: 'text' })
  context!: string;

  @Column({ type: 'text' })
  mac!: string;

  @Column({ type: 'int', nullable: true })
  vlan!: number | null;

  @Column({ type: 'text', array: true })
  ports!: string[];

  @Column({ type: 'text' })
  type!: string;
}

/** A neighbour by LLDP or CDP. */
@Entity({ name: 'lldp_neighbors' })
@Index('lldp_neighbors_open', ['device_id', 'key'], { unique: true, where: 'ended_at IS NULL' })
export class LldpNeighborRow extends IntervalRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'lldp_neighbors_pkey' })
  device_id!: string;

  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'lldp_neighbors_pkey' })
  interval_id!: string;

  @Column({ type: 'text' })
  protocol!: 'lldp' | 'cdp';

  @Column({ type: 'text', nullable: true })
  local_interface!: string | null;

  @Column({ type: 'text', nullable: true })
  system_name!: string | null;

  @Column({ type: 'text', nullable: true })
  chassis_id!: string | null;

  @Column({ type: 'text', nullable: true })
  port_id!: string | null;

  @Column({ type: 'text', nullable: true })
  port_description!: string | null;

  @Column({ type: 'text', nullable: true })
  system_description!: string | null;

  @Column({ type: 'text', array: true })
  capabilities!: string[];

  @Column({ type: 'text', array: true })
  management_addresses!: string[];
}

/** A route with all its next hops. */
@Entity({ name: 'device_routes' })
@Index('device_routes_open', ['device_id', 'key'], { unique: true, where: 'ended_at IS NULL' })
@Index('device_routes_prefix', { synchronize: false })
export class DeviceRouteRow extends IntervalRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'device_routes_pkey' })
  device_id!: string;

  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'device_routes_pkey' })
  interval_id!: string;

  @Column({ type: 'text' })
  context!: string;

  @Column({ type: 'cidr' })
  prefix!: string;

  @Column({ type: 'text' })
  protocol!: string;

  @Column({ type: 'text', nullable: true })
  subtype!: string | null;

  @Column({ type: 'int', nullable: true })
  distance!: number | null;

  @Column({ type: 'double precision', nullable: true })
  metric!: number | null;

  @Column({ type: 'jsonb' })
  next_hops!: { ip: string | null; interface: string | null; vrf: string | null }[];

  @Column({ type: 'boolean' })
  best!: boolean;

  @Column({ type: 'double precision', nullable: true })
  tag!: number | null;
}

/** What ARP tables tell beside their rows. */
@Entity({ name: 'arp_events' })
export class ArpEventRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'arp_events_pkey' })
  event_id!: string;

  @Column({ type: 'text' })
  kind!: ArpEventKind;

  @Index('arp_events_newest')
  @Column(INSTANT)
  at!: Date;

  @Index('arp_events_device')
  @ForeignKey(() => CapturedDeviceRow, { name: 'arp_events_of', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  device_id!: string;

  @Column({ type: 'text' })
  context!: string;

  @Column({ type: 'inet', nullable: true })
  ip!: string | null;

  @Column({ type: 'text' })
  mac!: string;

  @Column({ type: 'text', nullable: true })
  other_mac!: string | null;

  @Column({ type: 'int', nullable: true })
  count!: number | null;
}
