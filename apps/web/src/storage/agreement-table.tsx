import type { StorageView } from '@capstan/contracts';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { DataTable } from '../design/data-table';
import { Empty, say, sayProblem } from '../design/feedback';
import { formatBytes, formatCount } from '../design/format';
import { Panel } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import classes from './storage.module.css';

type Sweep = StorageView['sweeps'][number];

/** Whether stored objects and the rows that name them agree. */
export function AgreementTable({ sweeps }: { sweeps: readonly Sweep[] | undefined }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('storage:write');
  const compare = async (): Promise<void> => {
    try {
      const { started, missing } = await api.call('sweepStorage', {});
      say(missing.length === 0 ? 'The comparison begins within seconds' : `${started.length} services compare; ${missing.join(' and ')} did not answer`);
    } catch (error) {
      sayProblem('The comparison was not started', error);
    }
    await queries.invalidateQueries({ queryKey: ['storage'] });
  };
  const button = mayWrite ? (
    <Button variant="default" size="xs" onClick={() => void compare()}>
      Compare now
    </Button>
  ) : undefined;
  if (sweeps?.length === 0) {
    return (
      <Panel>
        <Empty title="Not compared yet" action={button}>
          Once a day each service compares what it has stored with what it knows of: leftovers are removed, and what has disappeared is named here.
        </Empty>
      </Panel>
    );
  }
  return (
    <>
      <Panel padded={false}>
        <DataTable
          label="Objects and rows"
          rows={sweeps}
          rowKey={(row) => `${row.owner} ${row.prefix}`}
          skeletons={3}
          columns={[
            { label: 'Service', cell: (row) => row.owner },
            { label: 'Result', width: 176, cell: (row) => <Result sweep={row} /> },
            { label: 'Compared', width: 112, cell: (row) => <TimeText iso={row.ended_at} form="ago" /> },
            { label: 'Objects', width: 96, end: true, cell: (row) => formatCount(row.objects) },
            { label: 'Size', width: 96, end: true, cell: (row) => formatBytes(row.bytes) },
            { label: 'Leftovers removed', width: 160, end: true, cell: (row) => (row.orphans === 0 ? '0' : `${formatCount(row.orphans)} · ${formatBytes(row.orphan_bytes)}`) },
            { label: 'Lost', width: 72, end: true, cell: (row) => formatCount(row.lost) },
          ]}
        />
      </Panel>
      {(sweeps ?? [])
        .filter(({ lost_keys: keys }) => keys.length > 0)
        .map(({ owner, lost, lost_keys: keys }) => (
          <p key={owner} className={classes['lost']}>
            Lost at {owner}: <span className="mono">{keys.join(', ')}</span>
            {lost > keys.length ? ` and ${formatCount(lost - keys.length)} more` : ''}
          </p>
        ))}
      {button === undefined ? null : <div className={classes['buttons']}>{button}</div>}
    </>
  );
}

function Result({ sweep: { error, refused, lost } }: { sweep: Sweep }) {
  if (error !== null) {
    return (
      <span title={error}>
        <StatusBadge status="failed">Not compared</StatusBadge>
      </span>
    );
  }
  if (refused > 0) {
    return (
      <span title={`${refused} objects have no row. That is too many to be true: is this the right database?`}>
        <StatusBadge status="failed">Too many leftovers</StatusBadge>
      </span>
    );
  }
  return lost > 0 ? <StatusBadge status="attention">Something is lost</StatusBadge> : <StatusBadge status="success">They agree</StatusBadge>;
}
