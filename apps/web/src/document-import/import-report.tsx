import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { DataTable } from '../design/data-table';
import { formatCount } from '../design/format';
import { Panel, Section } from '../design/page';
import type { Status } from '../design/status';
import { StatusBadge } from '../design/status-badge';
import { Pager } from '../session-list/pager';
import classes from './document-import.module.css';

/** What became of a row. */
export type ImportOutcome = 'imported' | 'updated' | 'skipped' | 'failed' | 'held';

/** What an import did, or would do. */
export interface ImportResult {
  readonly dry_run: boolean;
  readonly errors: readonly { readonly row: number | null; readonly field: string; readonly code: string; readonly error: string }[];
  readonly rows: readonly { readonly row: number; readonly name: string; readonly outcome: ImportOutcome; readonly to: string | null }[];
}

const OUTCOMES: Record<ImportOutcome, { readonly status: Status; readonly will: string; readonly did: string }> = {
  imported: { status: 'success', will: 'Will be added', did: 'Added' },
  updated: { status: 'running', will: 'Will be updated', did: 'Updated' },
  skipped: { status: 'cancelled', will: 'Known already', did: 'Left alone' },
  held: { status: 'pending', will: 'Held back', did: 'Held back' },
  failed: { status: 'failed', will: 'Cannot be added', did: 'Not added' },
};
const ORDER = ['imported', 'updated', 'skipped', 'held', 'failed'] as const;
const PER_PAGE = 50;

/** An import row by row; what is wrong with the document itself stands above. */
export function ImportReport({ report, thing }: { report: ImportResult; thing: string }) {
  const [shown, setShown] = useState<'all' | 'failed'>(report.rows.length > PER_PAGE && report.rows.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'all');
  const [page, setPage] = useState(1);
  const errors = useMemo(() => {
    const byRow = new Map<number | null, ImportResult['errors'][number][]>();
    report.errors.forEach((error) => byRow.set(error.row, [...(byRow.get(error.row) ?? []), error]));
    return byRow;
  }, [report]);
  const [bad, good] = useMemo(() => [report.rows.filter(({ outcome }) => outcome === 'failed'), report.rows.filter(({ outcome }) => outcome !== 'failed')], [report]);
  const failed = bad.length;
  // What needs somebody stands first.
  const rows = shown === 'failed' ? bad : [...bad, ...good];
  const word = (outcome: ImportOutcome): string => (report.dry_run ? OUTCOMES[outcome].will : OUTCOMES[outcome].did);
  const whole = errors.get(null) ?? [];
  return (
    <Section
      title={report.dry_run ? 'What would happen' : 'What happened'}
      aside={
        failed === 0 || failed === report.rows.length ? undefined : (
          <SegmentedControl
            aria-label="Rows"
            size="xs"
            data={[
              { value: 'all', label: 'All rows' },
              { value: 'failed', label: 'Only bad ones' },
            ]}
            value={shown}
            onChange={(value) => {
              setShown(value as 'all' | 'failed');
              setPage(1);
            }}
          />
        )
      }
    >
      <div className={classes['row']} role="status">
        {whole.map((error) => (
          <StatusBadge key={error.code} status="failed">{`Not readable: ${error.error}`}</StatusBadge>
        ))}
        {ORDER.map((outcome) => ({ outcome, count: report.rows.filter((row) => row.outcome === outcome).length }))
          .filter(({ count }) => count > 0)
          .map(({ outcome, count }) => (
            <StatusBadge key={outcome} status={OUTCOMES[outcome].status}>{`${word(outcome)}: ${formatCount(count)}`}</StatusBadge>
          ))}
      </div>
      {report.rows.length === 0 ? null : (
        <Panel padded={false}>
          <DataTable
            label="Rows"
            rows={rows.slice((page - 1) * PER_PAGE, page * PER_PAGE)}
            rowKey={(row) => String(row.row)}
            columns={[
              { label: thing, cell: (row) => (row.to === null || report.dry_run ? row.name : <Link to={row.to}>{row.name}</Link>) },
              { label: 'Row', end: true, width: 72, cell: (row) => <span className="num">{row.row}</span> },
              { label: 'Outcome', width: 168, cell: (row) => <StatusBadge status={OUTCOMES[row.outcome].status}>{word(row.outcome)}</StatusBadge> },
              {
                label: 'Why',
                cell: (row) =>
                  errors.get(row.row)?.map((error, index) => (
                    <span key={index} className={classes['rowError']}>
                      {error.field === '' ? null : <code className="mono">{error.field}</code>} {error.error} <span className="mono muted">{error.code}</span>
                    </span>
                  )) ?? '',
              },
            ]}
          />
        </Panel>
      )}
      {rows.length > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={rows.length} onPage={setPage} /> : null}
    </Section>
  );
}
