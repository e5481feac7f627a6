import type { DeviceFacets, DeviceView } from '@capstan/contracts';
import { Checkbox } from '@mantine/core';
import { Link } from 'react-router';
import { type Column, DataTable } from '../design/data-table';
import { SortHeading } from '../design/sort-heading';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay } from '../runtime';
import type { DeviceSort } from './device-filter';
import { addressText, healthOf, platformTitle } from './device-words';
import classes from './devices.module.css';

interface DeviceTableProps {
  readonly rows: readonly DeviceView[] | undefined;
  readonly facets: DeviceFacets | undefined;
  readonly sort: { readonly column: DeviceSort; readonly descending: boolean };
  readonly onSort: (column: DeviceSort, descending: boolean) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

/** A page of devices. */
export function DeviceTable({ rows, facets, sort, onSort, selected, onSelect }: DeviceTableProps) {
  const maySelect = useMay('devices:write');
  const sorts = (label: string, column: DeviceSort): Pick<Column<DeviceView>, 'label' | 'heading' | 'sorted'> => ({
    label,
    heading: <SortHeading label={label} active={sort.column === column} descending={sort.descending} onSort={(descending) => onSort(column, descending)} />,
    sorted: sort.column !== column ? undefined : sort.descending ? 'descending' : 'ascending',
  });
  const all = rows !== undefined && rows.length > 0 && rows.every(({ id }) => selected.has(id));
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) {
      next.add(id);
    }
    onSelect(next);
  };
  const select: Column<DeviceView> = {
    label: 'Select',
    width: 40,
    heading: <Checkbox size="xs" aria-label="Select all on this page" checked={all} indeterminate={!all && selected.size > 0} onChange={() => onSelect(all || rows === undefined ? new Set() : new Set(rows.map(({ id }) => id)))} />,
    cell: ({ id, name }) => <Checkbox size="xs" aria-label={`Select ${name}`} checked={selected.has(id)} onChange={() => toggle(id)} />,
  };
  return (
    <DataTable
      label="Devices"
      rows={rows}
      skeletons={12}
      rowKey={({ id }) => id}
      columns={[
        ...(maySelect ? [select] : []),
        {
          ...sorts('Name', 'name'),
          cell: (device) => (
            <Link className={classes['link']} to={`/inventory/devices/${device.id}`}>
              {device.name}
            </Link>
          ),
        },
        { ...sorts('Address', 'address'), cell: (device) => <span className="mono">{addressText(device)}</span> },
        { label: 'State', width: 128, cell: (device) => <Health device={device} /> },
        { ...sorts('Platform', 'platform'), cell: ({ platform }) => (platform === null ? <span className="muted">Unknown</span> : platformTitle(platform, facets)) },
        { ...sorts('Site', 'site'), cell: ({ site }) => site ?? <None /> },
        { ...sorts('Role', 'role'), cell: ({ role }) => role ?? <None /> },
        { label: 'Tags', cell: ({ tags }) => (tags.length === 0 ? <None /> : <Tags tags={tags} />) },
        { ...sorts('Collected', 'last_collected_at'), end: true, width: 112, cell: ({ last_collected_at: at }) => (at === null ? <span className="muted">never</span> : <TimeText iso={at} form="ago" />) },
      ]}
    />
  );
}

/** How a device is. */
export function Health({ device }: { device: DeviceView }) {
  const { status, label } = healthOf(device);
  return <StatusBadge status={status}>{label}</StatusBadge>;
}

/** Labels side by side. */
export function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className={classes['tags']}>
      {tags.map((tag) => (
        <span key={tag} className={classes['tag']}>
          {tag}
        </span>
      ))}
    </span>
  );
}

function None() {
  return <span className="muted">–</span>;
}
