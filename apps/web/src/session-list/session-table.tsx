import type { SessionSummary } from '@capstan/contracts';
import { Checkbox, Skeleton, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { formatBytes, formatDuration, formatMilliseconds } from '../design/format';
import { isTerminal } from '../design/status';
import { StateBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { SessionClock } from '../live/session-clock';
import { useMay } from '../runtime';
import type { ListFilter, SortColumn } from './list-filter';
import { TargetCounts } from './target-counts';
import classes from './session-list.module.css';

interface SessionTableProps {
  readonly rows: readonly SessionSummary[] | undefined;
  readonly skeletons: number;
  readonly sort: ListFilter['sort'];
  readonly onSort: (sort: ListFilter['sort']) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

const COLUMNS: readonly { readonly label: string; readonly sort?: SortColumn; readonly end?: boolean }[] = [
  { label: 'Session', sort: 'name' },
  { label: 'State', sort: 'state' },
  { label: 'Targets', sort: 'targets' },
  { label: 'Time', sort: 'duration', end: true },
  { label: 'Start spread', end: true },
  { label: 'Data', sort: 'bytes', end: true },
  { label: 'Created', sort: 'created', end: true },
];
const ROW_HEIGHT = 48;
const CARD_HEIGHT = 116;

/** Only the rows in view are drawn. Below 900 px each row is a card. */
export function SessionTable({ rows, skeletons, sort, onSort, selected, onSelect }: SessionTableProps) {
  const maySelect = useMay('sessions:write');
  const cards = useMediaQuery('(max-width: 900px)', undefined, { getInitialValueInEffect: false }) ?? false;
  const top = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => setOffset((top.current?.getBoundingClientRect().top ?? 0) + window.scrollY), [rows === undefined, cards]);
  const virtual = useWindowVirtualizer({
    count: rows?.length ?? 0,
    estimateSize: () => (cards ? CARD_HEIGHT : ROW_HEIGHT),
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => rows?.[index]?.session_id ?? index,
  });
  useLayoutEffect(() => virtual.measure(), [cards, virtual]);
  const all = rows !== undefined && rows.length > 0 && rows.every((row) => selected.has(row.session_id));
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) {
      next.add(id);
    }
    onSelect(next);
  };
  return (
    <div role="table" aria-label="Sessions" aria-rowcount={rows === undefined ? undefined : rows.length + 1} aria-busy={rows === undefined} className={classes['table']} data-selectable={maySelect}>
      <div role="rowgroup" className={classes['head']}>
        <div role="row" className={classes['row']} aria-rowindex={1}>
          {maySelect ? (
            <div role="columnheader" className={classes['check']}>
              <Checkbox size="xs" aria-label="Select all on this page" checked={all} indeterminate={!all && selected.size > 0} onChange={() => onSelect(all || rows === undefined ? new Set() : new Set(rows.map((row) => row.session_id)))} />
            </div>
          ) : null}
          {COLUMNS.map((column) => (
            <div key={column.label} role="columnheader" className={column.end === true ? classes['end'] : undefined} aria-sort={column.sort === undefined || sort?.column !== column.sort ? undefined : sort.descending ? 'descending' : 'ascending'}>
              {column.sort === undefined ? column.label : <SortButton label={column.label} column={column.sort} sort={sort} onSort={onSort} />}
            </div>
          ))}
        </div>
      </div>
      {rows === undefined ? (
        <div role="rowgroup">
          {Array.from({ length: skeletons }, (_, index) => (
            <div key={index} role="row" className={`${classes['row']} ${classes['loading']}`} style={{ height: cards ? CARD_HEIGHT : ROW_HEIGHT }}>
              <div role="cell" className={classes['loadingCell']}>
                <Skeleton height={12} width={`${32 + ((index * 17) % 40)}%`} />
              </div>
            </div>
          ))}
        </div>
      ) : (
        <div role="rowgroup" ref={top} style={{ position: 'relative', height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <div key={item.key} role="row" aria-rowindex={item.index + 2} aria-selected={selected.has(row.session_id)} data-index={item.index} className={classes['row']} style={{ position: 'absolute', insetInline: 0, top: 0, height: item.size, transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}>
                {maySelect ? (
                  <div role="cell" className={classes['check']}>
                    <Checkbox size="xs" aria-label={`Select ${row.name}`} checked={selected.has(row.session_id)} onChange={() => toggle(row.session_id)} />
                  </div>
                ) : null}
                <Cells session={row} />
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}

const Cells = memo(function Cells({ session }: { session: SessionSummary }) {
  return (
    <>
      <div role="cell" className={classes['name']}>
        <Link to={`/sessions/${session.session_id}`} className={classes['link']}>
          {session.name}
        </Link>
        <span className={classes['by']}>{session.created_by.name}</span>
      </div>
      <div role="cell" className={classes['state']}>
        <StateBadge state={session.state} />
      </div>
      <div role="cell" className={classes['targets']}>
        <TargetCounts session={session} />
      </div>
      <div role="cell" className={`${classes['end']} ${classes['time']}`}>
        {isTerminal(session.state) && session.capture_started_at !== null && session.duration_sec !== null ? <span className="num">{formatDuration(session.duration_sec)}</span> : <SessionClock session={session} />}
      </div>
      <div role="cell" className={`num ${classes['end']} ${classes['spread']}`}>
        {session.start_spread_ms === null ? <span className="muted">–</span> : formatMilliseconds(session.start_spread_ms)}
      </div>
      <div role="cell" className={`num ${classes['end']} ${classes['data']}`}>
        {session.artifact_bytes === 0 ? <span className="muted">–</span> : formatBytes(session.artifact_bytes)}
      </div>
      <div role="cell" className={`${classes['end']} ${classes['created']}`}>
        <TimeText iso={session.created_at} form="minute" />
      </div>
    </>
  );
});

function SortButton({ label, column, sort, onSort }: { label: string; column: SortColumn; sort: ListFilter['sort']; onSort: (sort: ListFilter['sort']) => void }) {
  const active = sort?.column === column;
  const Arrow = active && sort.descending ? IconArrowDown : IconArrowUp;
  return (
    <UnstyledButton
      className={classes['sort']}
      data-active={active}
      // First up, then down, then the server's own order again.
      onClick={() => onSort(!active ? { column, descending: false } : sort.descending ? undefined : { column, descending: true })}
    >
      {label}
      <Arrow size={12} aria-hidden />
    </UnstyledButton>
  );
}
