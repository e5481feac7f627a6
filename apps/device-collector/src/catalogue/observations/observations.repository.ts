import type { ArpBinding, ArpEvent, arpEventQuery, arpQuery, MacLocation, macQuery, NeighborView, neighborQuery, RouteView, routeQuery, z } from '@capstan/contracts';
import { type Clock, isoTime, validationError } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { DataSource } from 'typeorm';
import type { ArpBindingRow, ArpEventRow, DeviceRouteRow, LldpNeighborRow, MacLocationRow } from '../database/interval.entity';
import { ListFilter, type PagedQuery } from '../list-filter';
import { describeMac, macPrefix } from './mac-facts';

type Shown<Row> = Row & { device_name: string; site: string | null; seen_until: Date };
/** Rows of a page, or of an export. */
export type Slice = (filter: ListFilter, columns: string, tables: string, order: string) => Promise<{ found: object[]; total: number }>;

const DAY_MS = 86_400_000;
/** While something is there, only the head of its table moves. */
const SEEN_UNTIL = `CASE WHEN t.ended_at IS NULL AND t.missed = 0 THEN greatest(t.last_seen, h.closed_at) ELSE t.last_seen END`;
const COLUMNS = `t.*, d.name AS device_name, d.site, ${SEEN_UNTIL} AS seen_until`;

interface DeviceFilter extends PagedQuery {
  readonly device_id?: string | undefined;
  readonly site?: string | undefined;
  readonly at?: string | undefined;
  readonly open?: 'true' | 'false' | undefined;
}

/** Who was where, and when. */
@Injectable()
export class Observations {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Bindings of addresses, the latest first. */
  async arp(query: z.output<typeof arpQuery>, slice = this.pageOf): Promise<{ bindings: ArpBinding[]; total: number }> {
    const filter = intervalFilter(query)
      .equal('t.context', query.context)
      .where(query.ip?.includes('/') === true ? 't.ip <<= ?::inet' : 't.ip = ?::inet', network(query.ip, 'ip'))
      .where('t.mac LIKE ?', query.mac === undefined ? undefined : `${macPrefix(query.mac)}%`);
    const { found, total } = await slice(filter, COLUMNS, tables('arp_bindings', 'arp'), `(t.ended_at IS NULL) DESC, ${SEEN_UNTIL} DESC, t.ip, t.interval_id`);
    const bindings = (found as Shown<ArpBindingRow>[]).map((row) => ({
      ...describeMac(row.mac),
      binding_id: row.interval_id,
      context: row.context,
      ip: row.ip,
      interface: row.interface,
      egress_port: row.egress_port,
      type: row.type,
      ...interval(row),
      certain: isCertain(row, query.at),
    }));
    return { bindings, total };
  }

  /** Locations of MACs, the latest first. */
  async mac(query: z.output<typeof macQuery>, slice = this.pageOf): Promise<{ locations: MacLocation[]; total: number }> {
    const filter = intervalFilter(query)
      .equal('t.vlan', query.vlan)
      .where('t.mac LIKE ?', query.mac === undefined ? undefined : `${macPrefix(query.mac)}%`)
      .where('EXISTS (SELECT 1 FROM unnest(t.ports) port WHERE port ILIKE ?)', ListFilter.contains(query.port));
    const { found, total } = await slice(filter, COLUMNS, tables('mac_locations', 'mac'), `(t.ended_at IS NULL) DESC, ${SEEN_UNTIL} DESC, t.mac, t.interval_id`);
    const locations = (found as Shown<MacLocationRow>[]).map((row) => ({
      ...describeMac(row.mac),
      location_id: row.interval_id,
      context: row.context,
      vlan: row.vlan,
      ports: row.ports,
      type: row.type,
      ...interval(row),
      certain: isCertain(row, query.at),
    }));
    return { locations, total };
  }

  /** Neighbours, those that are there first. */
  async neighbors(query: z.output<typeof neighborQuery>, slice = this.pageOf): Promise<{ neighbors: NeighborView[]; total: number }> {
    const filter = intervalFilter(query).where(
      `concat_ws(' ', t.system_name, t.local_interface, t.port_id, t.chassis_id, d.name, array_to_string(t.management_addresses, ' ')) ILIKE ?`,
      ListFilter.contains(query.q),
    );
    const { found, total } = await slice(filter, COLUMNS, tables('lldp_neighbors', 'lldp'), `(t.ended_at IS NULL) DESC, d.name, t.local_interface, t.first_seen DESC, t.interval_id`);
    const neighbors = (found as Shown<LldpNeighborRow>[]).map((row) => ({
      neighbor_id: row.interval_id,
      protocol: row.protocol,
      local_interface: row.local_interface,
      system_name: row.system_name,
      chassis_id: row.chassis_id,
      port_id: row.port_id,
      port_description: row.port_description,
      system_description: row.system_description,
      capabilities: row.capabilities,
      management_addresses: row.management_addresses,
      ...interval(row),
    }));
    return { neighbors, total };
  }

  /** Routes by prefix; those that would carry a packet with the longest prefix first. */
  async routes(query: z.output<typeof routeQuery>, slice = this.pageOf): Promise<{ routes: RouteView[]; total: number }> {
    const filter = intervalFilter(query)
      .equal('t.context', query.context)
      .equal('t.protocol', query.protocol)
      .where('t.prefix <<= ?::inet', network(query.prefix, 'prefix'))
      .where('t.prefix >>= ?::inet', query.ip);
    const order = query.ip === undefined ? 't.prefix' : 'masklen(t.prefix) DESC';
    const { found, total } = await slice(filter, COLUMNS, tables('device_routes', 'routes'), `(t.ended_at IS NULL) DESC, ${order}, d.name, t.first_seen DESC, t.interval_id`);
    const routes = (found as Shown<DeviceRouteRow>[]).map((row) => ({
      route_id: row.interval_id,
      context: row.context,
      prefix: row.prefix,
      protocol: row.protocol,
      subtype: row.subtype,
      distance: row.distance,
      metric: row.metric,
      next_hops: row.next_hops,
      best: row.best,
      tag: row.tag,
      ...interval(row),
    }));
    return { routes, total };
  }

  /** What ARP tables told, newest first. */
  async events(query: z.output<typeof arpEventQuery>): Promise<{ events: ArpEvent[]; total: number; page: number; per_page: number }> {
    const filter = new ListFilter(query).equal('t.kind', query.kind).equal('t.device_id', query.device_id).where('t.at >= ?', query.since);
    const { found, total } = await filter.page<ArpEventRow & { device_name: string; site: string | null }>(
      this.dataSource,
      't.*, d.name AS device_name, d.site',
      'arp_events t JOIN captured_devices d ON d.device_id = t.device_id',
      't.at DESC, t.event_id DESC',
    );
    return { events: found.map((row) => ({ ...row, at: isoTime(row.at.getTime()) })), total, ...filter.paging };
  }

  /** Counts over all ARP tables. */
  async arpStats(): Promise<{ bindings: number; open_bindings: number; ips: number; macs: number; devices: number; contexts: number; events_24h: number; last_capture_at: string | null }> {
    const [counts] = await rows<{ bindings: number; open_bindings: number; ips: number; macs: number; devices: number; contexts: number; events_24h: number; last: Date | null }>(
      this.dataSource,
      `SELECT count(*)::int AS bindings, count(*) FILTER (WHERE ended_at IS NULL)::int AS open_bindings, count(DISTINCT ip) FILTER (WHERE ended_at IS NULL)::int AS ips,
              count(DISTINCT mac) FILTER (WHERE ended_at IS NULL)::int AS macs, count(DISTINCT device_id)::int AS devices, count(DISTINCT (device_id, context))::int AS contexts,
              (SELECT count(*)::int FROM arp_events WHERE at >= $1) AS events_24h, (SELECT max(captured_at) FROM capture_heads WHERE capture_type = 'arp') AS last
         FROM arp_bindings`,
      [new Date(this.clock.now() - DAY_MS)],
    );
    const { last = null, ...stats } = counts ?? { bindings: 0, open_bindings: 0, ips: 0, macs: 0, devices: 0, contexts: 0, events_24h: 0 };
    return { ...stats, last_capture_at: last === null ? null : isoTime(last.getTime()) };
  }

  /** Devices with ARP tables. */
  async arpDevices(): Promise<{ device_id: string; device_name: string; site: string | null; open_bindings: number; contexts: string[]; last_capture_at: string }[]> {
    const found = await rows<{ device_id: string; device_name: string; site: string | null; open_bindings: number; contexts: string[]; last: Date }>(
      this.dataSource,
      `SELECT d.device_id, d.name AS device_name, d.site, count(t.interval_id)::int AS open_bindings, coalesce(array_agg(DISTINCT t.context) FILTER (WHERE t.context IS NOT NULL), '{}') AS contexts, h.captured_at AS last
         FROM capture_heads h JOIN captured_devices d ON d.device_id = h.device_id LEFT JOIN arp_bindings t ON t.device_id = h.device_id AND t.ended_at IS NULL
        WHERE h.capture_type = 'arp' GROUP BY d.device_id, h.captured_at ORDER BY d.name`,
    );
    return found.map(({ last, ...device }) => ({ ...device, last_capture_at: isoTime(last.getTime()) }));
  }

  /** Id of a device by its name or id; undefined when there is none. */
  async deviceId(nameOrId: string): Promise<string | undefined> {
    const [device] = await rows<{ device_id: string }>(this.dataSource, `SELECT device_id FROM captured_devices WHERE device_id::text = $1 OR lower(name) = lower($1) ORDER BY name LIMIT 1`, [nameOrId]);
    return device?.device_id;
  }

  private readonly pageOf: Slice = (filter, columns, from, order) => filter.page<object>(this.dataSource, columns, from, order);
}

function tables(table: string, type: string): string {
  return `${table} t JOIN captured_devices d ON d.device_id = t.device_id LEFT JOIN capture_heads h ON h.device_id = t.device_id AND h.capture_type = '${type}'`;
}

function intervalFilter(query: DeviceFilter): ListFilter {
  const filter = new ListFilter(query)
    .equal('t.device_id', query.device_id)
    .equal('d.site', query.site)
    .where('t.first_seen <= ?::timestamptz AND (t.ended_at IS NULL OR t.ended_at > ?::timestamptz)', query.at);
  return query.open === undefined ? filter : filter.always(`t.ended_at IS ${query.open === 'true' ? '' : 'NOT '}NULL`);
}

function interval(row: Shown<ArpBindingRow | MacLocationRow | LldpNeighborRow | DeviceRouteRow>) {
  const instant = (date: Date | null): string | null => (date === null ? null : isoTime(date.getTime()));
  return {
    device_id: row.device_id,
    device_name: row.device_name,
    site: row.site,
    first_seen: isoTime(row.first_seen.getTime()),
    last_seen: isoTime(row.seen_until.getTime()),
    ended_at: instant(row.ended_at),
    missing_since: row.ended_at === null ? instant(row.missing_since) : null,
  };
}

/** Whether it was seen before and after that moment. */
function isCertain(row: Shown<ArpBindingRow | MacLocationRow>, at: string | undefined): boolean {
  return at === undefined || new Date(at).getTime() <= row.seen_until.getTime();
}

function network(text: string | undefined, path: string): string | undefined {
  if (text !== undefined && !(text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text))) {
    throw validationError([{ path, code: 'INVALID', message: 'must be an IP address or a network such as 10.0.0.0/8' }]);
  }
  return text;
}
