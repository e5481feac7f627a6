import { Button } from '@mantine/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { formatBytes } from '../design/format';
import { Panel, Section } from '../design/page';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import classes from './storage.module.css';

const PER_PAGE = 20;

/** Sessions that stay because somebody says so. */
export function HeldSessions() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('sessions:write');
  const [page, setPage] = useState(1);
  const held = useQuery({
    queryKey: ['held-sessions', page],
    queryFn: ({ signal }) => api.call('listHeldSessions', { query: { page, per_page: PER_PAGE }, signal }),
    placeholderData: keepPreviousData,
  });
  const release = async (id: string, name: string): Promise<void> => {
    try {
      await api.call('releaseSession', { params: { id } });
      say(`${name} is not held any more`);
    } catch (error) {
      sayProblem(`${name} is still held`, error);
    }
    await Promise.all(['held-sessions', 'retention-preview', 'storage'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  };
  return (
    <Section title="Held sessions">
      {held.isError ? <ProblemNotice error={held.error} retry={() => void held.refetch()} /> : null}
      <Panel padded={false}>
        {held.data?.total === 0 ? (
          <Empty title="Nothing is held">Evidence that must stay is held on the page of its session: no policy removes it, and nobody deletes it, until it is let go.</Empty>
        ) : (
          <DataTable
            label="Held sessions"
            rows={held.data?.sessions}
            rowKey={(row) => row.session_id}
            skeletons={2}
            columns={[
              { label: 'Session', cell: (row) => <Link to={`/sessions/${row.session_id}`} className={classes['name']}>{row.name}</Link> },
              { label: 'Why', cell: (row) => row.hold?.reason ?? '' },
              { label: 'By', width: 144, cell: (row) => row.hold?.by.name ?? '' },
              { label: 'Since', width: 112, cell: (row) => (row.hold === null ? null : <TimeText iso={row.hold.at} form="ago" />) },
              { label: 'Size', width: 96, end: true, cell: (row) => formatBytes(row.artifact_bytes) },
              { label: 'Actions', hiddenLabel: true, end: true, width: 96, cell: (row) => (mayWrite ? <Button size="compact-sm" variant="subtle" aria-label={`Let go: ${row.name}`} onClick={() => void release(row.session_id, row.name)}>Let go</Button> : null) },
            ]}
          />
        )}
      </Panel>
      {(held.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={held.data?.total} onPage={setPage} /> : null}
    </Section>
  );
}
