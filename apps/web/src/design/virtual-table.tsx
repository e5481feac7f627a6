import { UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import classes from './virtual-table.module.css';

/** A column of a {@link VirtualTable}. */
export interface VirtualColumn<Row, Id extends string = string> {
  readonly id: Id;
  readonly label: string;
  readonly cell: (row: Row) => ReactNode;
  /** A track of CSS grid. */
  readonly width: string;
  /** Numbers and times stand at the end of their cell. */
  readonly end?: boolean;
  readonly sortable?: boolean;
}

interface VirtualTableProps<Row, Id extends string> {
  readonly label: string;
  readonly columns: readonly VirtualColumn<Row, Id>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string | number;
  readonly sort?: { readonly column: Id; readonly descending: boolean };
  readonly onSort?: (sort: { column: Id; descending: boolean } | undefined) => void;
}

const ROW_HEIGHT = 48;
const CARD_HEIGHT = 176;

/** A table of which only the rows in view are drawn. Below 900 px each row is a card with its labels. */
export function VirtualTable<Row, Id extends string>({ label, columns, rows, rowKey, sort, onSort }: VirtualTableProps<Row, Id>) {
  const cards = useMediaQuery('(max-width: 900px)', undefined, { getInitialValueInEffect: false }) ?? false;
  const top = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => setOffset((top.current?.getBoundingClientRect().top ?? 0) + window.scrollY), [rows, cards]);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (cards ? CARD_HEIGHT : ROW_HEIGHT),
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => (rows[index] === undefined ? index : rowKey(rows[index])),
  });
  const tracks = columns.map(({ width }) => width).join(' ');
  return (
    <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className={classes['table']}>
      <div role="rowgroup" className={classes['head']}>
        <div role="row" aria-rowindex={1} className={classes['row']} style={{ gridTemplateColumns: tracks }}>
          {columns.map((column) => (
            <div key={column.id} role="columnheader" className={column.end === true ? classes['end'] : undefined} aria-sort={sort?.column !== column.id ? undefined : sort.descending ? 'descending' : 'ascending'}>
              {column.sortable === true && onSort !== undefined ? <SortButton column={column} sort={sort} onSort={onSort} /> : column.label}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={top} style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row === undefined ? null : (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              role="row"
              aria-rowindex={item.index + 2}
              className={`${classes['row']} ${classes['body']}`}
              style={{ transform: `translateY(${item.start - offset}px)`, ...(cards ? {} : { gridTemplateColumns: tracks }) }}
            >
              {columns.map((column) => (
                <div key={column.id} role="cell" className={column.end === true ? classes['end'] : undefined}>
                  <span className={classes['label']} aria-hidden>
                    {column.label}
                  </span>
                  <span className={classes['value']}>{column.cell(row)}</span>
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function SortButton<Row, Id extends string>({ column, sort, onSort }: { column: VirtualColumn<Row, Id>; sort: VirtualTableProps<Row, Id>['sort']; onSort: NonNullable<VirtualTableProps<Row, Id>['onSort']> }) {
  const active = sort?.column === column.id;
  const Arrow = active && sort.descending ? IconArrowDown : IconArrowUp;
  return (
    <UnstyledButton
      className={classes['sort']}
      data-active={active}
      // First up, then down, then the original order again.
      onClick={() => onSort(!active ? { column: column.id, descending: false } : sort.descending ? undefined : { column: column.id, descending: true })}
    >
      {column.label}
      <Arrow size={12} aria-hidden />
    </UnstyledButton>
  );
}
