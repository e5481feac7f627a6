import { Button } from '@mantine/core';
import { useState } from 'react';
import { DataTable } from '../design/data-table';
import { valueText } from './row-text';

const STEP = 200;

/** Rows of any type, without the columns nobody filled in. */
export function RowTable({ rows, label }: { rows: readonly Readonly<Record<string, unknown>>[]; label: string }) {
  const [shown, setShown] = useState(STEP);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => rows.some((row) => valueText(row[name]) !== '–')).slice(0, 9);
  return (
    <>
      <DataTable<{ row: Readonly<Record<string, unknown>>; index: number }> label={label} rows={rows.slice(0, shown).map((row, index) => ({ row, index }))} rowKey={({ index }) => String(index)} columns={names.map((name) => ({ label: name.replaceAll('_', ' '), cell: ({ row }) => valueText(row[name]) }))} />
      {rows.length > shown ? (
        <Button variant="default" m="md" onClick={() => setShown((before) => before + STEP)}>
          Show more
        </Button>
      ) : null}
    </>
  );
}
