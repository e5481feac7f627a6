import type { ArpBinding, MacLocation, NeighborView, RouteView } from '@capstan/contracts';
import { Link } from 'react-router';
import { type Column, DataTable } from '../design/data-table';
import { Presence, Seen } from './interval-cells';

interface TableProps<Row> {
  readonly rows: readonly Row[] | undefined;
  /** Whose device is known anyway. */
  readonly ofOneDevice?: boolean;
}

type OfDevice = { readonly device_id: string; readonly device_name: string; readonly first_seen: string; readonly last_seen: string; readonly ended_at: string | null; readonly missing_since: string | null };

function withInterval<Row extends OfDevice>(columns: readonly Column<Row>[], tab: string, ofOneDevice: boolean): Column<Row>[] {
  return [
    ...columns,
    ...(ofOneDevice ? [] : [{ label: 'Seen by', width: 150, cell: (row: Row) => <Link to={`/inventory/devices/${row.device_id}/${tab}`}>{row.device_name}</Link> }]),
    { label: 'From – to', width: 200, cell: (row) => <Seen row={row} /> },
    { label: 'State', width: 112, end: true, cell: (row) => <Presence row={row} certain={(row as { certain?: boolean }).certain} /> },
  ];
}

/** Who had which address. */
export function ArpTable({ rows, ofOneDevice = false }: TableProps<ArpBinding>) {
  return (
    <DataTable
      label="Addresses"
      rows={rows}
      rowKey={(row) => row.binding_id}
      columns={withInterval<ArpBinding>(
        [
          { label: 'Address', width: 150, cell: (row) => <Link className="mono" to={`/addresses?ip=${encodeURIComponent(row.ip)}`}>{row.ip}</Link> },
          { label: 'MAC', width: 160, cell: (row) => <Link className="mono" to={`/addresses?mac=${row.mac}`}>{row.mac_text}</Link> },
          { label: 'Vendor', cell: (row) => row.vendor ?? <span className="muted">{row.locally_administered ? 'chosen by software' : 'not registered'}</span> },
          { label: 'Interface', cell: (row) => [row.interface, row.egress_port].filter((name) => name !== null).join(' · ') || '–' },
          { label: 'Context', width: 100, cell: (row) => row.context },
        ],
        'arp',
        ofOneDevice,
      )}
    />
  );
}

/** Where MACs were. */
export function MacTable({ rows, ofOneDevice = false }: TableProps<MacLocation>) {
  return (
    <DataTable
      label="Locations"
      rows={rows}
      rowKey={(row) => row.location_id}
      columns={withInterval<MacLocation>(
        [
          { label: 'MAC', width: 160, cell: (row) => <Link className="mono" to={`/addresses?mac=${row.mac}`}>{row.mac_text}</Link> },
          { label: 'Vendor', cell: (row) => row.vendor ?? <span className="muted">{row.locally_administered ? 'chosen by software' : 'not registered'}</span> },
          { label: 'VLAN', width: 80, cell: (row) => row.vlan ?? '–' },
          { label: 'Port', cell: (row) => row.ports.join(', ') || '–' },
          { label: 'Type', width: 90, cell: (row) => row.type },
        ],
        'mac',
        ofOneDevice,
      )}
    />
  );
}

/** Neighbours by LLDP and CDP. */
export function NeighborTable({ rows, ofOneDevice = false }: TableProps<NeighborView>) {
  return (
    <DataTable
      label="Neighbours"
      rows={rows}
      rowKey={(row) => row.neighbor_id}
      columns={withInterval<NeighborView>(
        [
          { label: 'Interface', width: 180, cell: (row) => row.local_interface ?? '–' },
          { label: 'Neighbour', cell: (row) => row.system_name ?? row.chassis_id ?? '–' },
          { label: 'Its port', cell: (row) => row.port_id ?? '–' },
          { label: 'Its addresses', cell: (row) => row.management_addresses.join(', ') || '–' },
          { label: 'By', width: 64, cell: (row) => row.protocol.toUpperCase() },
        ],
        'neighbors',
        ofOneDevice,
      )}
    />
  );
}

/** Routes of devices. */
export function RouteTable({ rows, ofOneDevice = false }: TableProps<RouteView>) {
  return (
    <DataTable
      label="Routes"
      rows={rows}
      rowKey={(row) => row.route_id}
      columns={withInterval<RouteView>(
        [
          { label: 'Prefix', width: 170, cell: (row) => <span className="mono">{row.prefix}</span> },
          { label: 'Protocol', width: 110, cell: (row) => `${row.protocol}${row.subtype === null ? '' : ` ${row.subtype}`}` },
          { label: 'Next hops', cell: (row) => row.next_hops.map(({ ip, interface: port }) => [ip, port].filter((part) => part !== null).join(' via ')).join(', ') || '–' },
          { label: 'Distance / metric', width: 130, cell: (row) => `${row.distance ?? '–'} / ${row.metric ?? '–'}` },
          { label: 'Context', width: 90, cell: (row) => row.context },
        ],
        'routes',
        ofOneDevice,
      )}
    />
  );
}
