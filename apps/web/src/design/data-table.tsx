import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './data-table.module.css';

/** A column of a {@link DataTable}. */
export interface Column<Row> {
  readonly label: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers and times stand at the end of their cell. */
  readonly end?: boolean;
  readonly width?: number;
  /** Cells of buttons have no heading to show. */
  readonly hiddenLabel?: boolean;
  /** Shown instead of the label, e.g. a button that sorts. */
  readonly heading?: ReactNode;
  readonly sorted?: 'ascending' | 'descending';
}

interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  readonly skeletons?: number;
}

/** A plain table. On a phone each row becomes a card with its labels. */
export function DataTable<Row>({ label, columns, rows, rowKey, skeletons = 6 }: DataTableProps<Row>) {
  return (
    <table className={classes['table']} aria-label={label} aria-busy={rows === undefined} role="table">
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.label} scope="col" role="columnheader" aria-sort={column.sorted} style={{ width: column.width }} className={column.end === true ? classes['end'] : undefined}>
              {column.hiddenLabel === true ? <span className="visually-hidden">{column.label}</span> : (column.heading ?? column.label)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows === undefined
          ? Array.from({ length: skeletons }, (_, index) => (
              <tr key={index} role="row">
                <td role="cell" colSpan={columns.length} className={classes['waiting']}>
                  <Skeleton height={12} width={`${36 + ((index * 19) % 40)}%`} />
                </td>
              </tr>
            ))
          : rows.map((row) => (
              <tr key={rowKey(row)} role="row">
                {columns.map((column) => (
                  <td key={column.label} role="cell" className={`${column.end === true ? classes['end'] : ''} ${column.hiddenLabel === true ? classes['actions'] : ''}`}>
                    {column.hiddenLabel === true ? null : (
                      <span className={classes['cardLabel']} aria-hidden>
                        {column.label}
                      </span>
                    )}
                    <span className={classes['value']}>{column.cell(row)}</span>
                  </td>
                ))}
              </tr>
            ))}
      </tbody>
    </table>
  );
}
