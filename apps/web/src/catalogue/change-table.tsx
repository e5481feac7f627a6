import type { ChangeView } from '@capstan/contracts';
import { Checkbox } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { Link } from 'react-router';
import { type Column, DataTable } from '../design/data-table';
import { TimeText } from '../design/time-text';
import { Counts, SeverityBadge, typeText } from './severity';
import classes from './catalogue.module.css';

interface ChangeTableProps {
  readonly rows: readonly ChangeView[] | undefined;
  /** Undefined where nothing can be selected. */
  readonly selected?: ReadonlySet<string> | undefined;
  readonly onSelect?: (selected: ReadonlySet<string>) => void;
  /** Whose device is known anyway. */
  readonly ofOneDevice?: boolean;
}

/** Changes, newest first. */
export function ChangeTable({ rows, selected, onSelect, ofOneDevice = false }: ChangeTableProps) {
  const columns: Column<ChangeView>[] = [
    { label: 'When', width: 172, cell: (row) => <Link to={`/changes/${row.change_id}`}><TimeText iso={row.detected_at} form="minute" /></Link> },
    ...(ofOneDevice ? [] : [{ label: 'Device', width: 180, cell: (row: ChangeView) => <Link to={`/inventory/devices/${row.device_id}/changes`}>{row.device_name}</Link> }]),
    { label: 'Kind', width: 120, cell: (row) => typeText(row.capture_type) },
    { label: 'Severity', width: 108, cell: (row) => <SeverityBadge severity={row.severity} /> },
    { label: 'What', cell: (row) => <span className={classes['summary']}>{row.summary.length === 0 ? <span className="muted">–</span> : row.summary.slice(0, 3).map((text) => <span key={text}>{text}</span>)}</span> },
    { label: 'Size', width: 108, cell: (row) => <Counts change={row} /> },
    { label: 'By', width: 108, cell: (row) => row.actor?.user ?? <span className="muted">not told</span> },
    {
      label: 'Known',
      width: 120,
      end: true,
      cell: (row) =>
        row.acknowledged_at === null ? (
          <span className="muted">no</span>
        ) : (
          <span title={row.note ?? undefined}>
            <IconCheck size={12} aria-hidden /> {row.acknowledged_by}
          </span>
        ),
    },
  ];
  const select: Column<ChangeView> = {
    label: 'Select',
    hiddenLabel: true,
    width: 44,
    cell: (row) => (
      <Checkbox
        size="xs"
        aria-label={`Select the change of ${row.device_name}`}
        checked={selected?.has(row.change_id) ?? false}
        onChange={(event) => {
          const next = new Set(selected);
          if (event.currentTarget.checked) {
            next.add(row.change_id);
          } else {
            next.delete(row.change_id);
          }
          onSelect?.(next);
        }}
      />
    ),
  };
  return <DataTable label="Changes" rows={rows} rowKey={(row) => row.change_id} columns={selected === undefined ? columns : [...columns, select]} />;
}
