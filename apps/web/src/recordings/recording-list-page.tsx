import { Button } from '@mantine/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice } from '../design/feedback';
import { Page } from '../design/page';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';

const PER_PAGE = 20;

/** Every recording, newest first. */
export function RecordingListPage() {
  const { api, live } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('recordings:write');
  const [page, setPage] = useState(1);
  const list = useQuery({ queryKey: ['recordings', page], placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('listRecordings', { query: { page, per_page: PER_PAGE }, signal }) });
  useEffect(() => {
    const reread = (): void => void queries.invalidateQueries({ queryKey: ['recordings'] });
    const leave = [live.take('recordings'), live.hear('session:status_update', reread), live.hear('recording:deleted', reread), live.onCatchUp(reread)];
    return () => leave.forEach((undo) => undo());
  }, [live, queries]);
  const create = mayWrite ? (
    <Button component={Link} to="/recordings/new">
      New recording
    </Button>
  ) : undefined;
  return (
    <Page title="Recordings" actions={create}>
      {list.error === null ? null : <ProblemNotice error={list.error} />}
      {list.data?.total === 0 ? (
        <Empty title="Nothing was recorded yet">Record a frequency from all receivers together.</Empty>
      ) : (
        <DataTable
          label="Recordings"
          rows={list.data?.sessions}
          rowKey={(row) => row.session_id}
          columns={[
            { label: 'Name', cell: (row) => <Link to={`/recordings/${row.session_id}`}>{row.session_name}</Link> },
            { label: 'State', cell: (row) => row.status.replace('_', ' ') },
            { label: 'Frequency', end: true, cell: (row) => `${row.frequency_mhz} MHz` },
            { label: 'Source', cell: (row) => row.source_name ?? '–' },
            { label: 'Measurements', end: true, cell: (row) => row.measurements_count },
            { label: 'Approval', cell: (row) => row.approval_status },
            { label: 'Created', end: true, cell: (row) => <TimeText iso={row.created_at} /> },
          ]}
        />
      )}
      <Pager page={page} perPage={PER_PAGE} total={list.data?.total} onPage={setPage} />
    </Page>
  );
}
