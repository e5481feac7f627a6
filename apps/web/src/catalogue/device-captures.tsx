import type { CaptureView } from '@capstan/contracts';
import { Button, Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice } from '../design/feedback';
import { formatBytes, formatCount } from '../design/format';
import { Panel } from '../design/page';
import { TimeText } from '../design/time-text';
import type { DeviceTabProps } from '../devices/device-tabs';
import { useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { CaptureOutcome } from './capture-page';
import { typeText } from './severity';
import classes from './catalogue.module.css';

const TYPES = ['configs', 'arp', 'mac', 'lldp', 'interfaces', 'routes', 'version', 'inventory'];

/** Outputs of a device; two of them can be compared. */
export function DeviceCaptures({ device }: DeviceTabProps) {
  const { api } = useRuntime();
  const [type, setType] = useState<string | null>(null);
  const [page, setPage] = useState(1);
  const [picked, setPicked] = useState<readonly CaptureView[]>([]);
  const query = { device_id: device.id, capture_type: type ?? undefined, page, per_page: 50 };
  const list = useQuery({ queryKey: ['captures', query], placeholderData: keepPreviousData, refetchInterval: 30_000, queryFn: ({ signal }) => api.call('listCaptures', { query, signal }) });
  const rows = list.data?.captures;
  const pick = (row: CaptureView): void => setPicked((before) => (before.some(({ capture_id: id }) => id === row.capture_id) ? before.filter(({ capture_id: id }) => id !== row.capture_id) : [...before, row].slice(-2)));
  const [one, two] = [...picked].sort((a, b) => (a.captured_at < b.captured_at ? -1 : 1));
  return (
    <>
      <div className={classes['filters']}>
        <Select aria-label="Kind" placeholder="Any kind" clearable size="xs" data={TYPES.map((value) => ({ value, label: typeText(value) }))} value={type} onChange={(value) => { setType(value); setPage(1); setPicked([]); }} clearButtonProps={{ 'aria-label': 'Any kind' }} />
        {one === undefined || two === undefined ? (
          <span className="muted" style={{ alignSelf: 'center', flex: 'none' }}>
            Pick two to compare
          </span>
        ) : (
          <Button size="xs" variant="default" style={{ flex: 'none' }} component={Link} to={`/captures/compare?from=${one.capture_id}&to=${two.capture_id}`}>
            Compare the two
          </Button>
        )}
      </div>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      <Panel padded={false}>
        {rows?.length === 0 ? (
          <Empty title="Nothing was collected yet">Every output of a collection is kept here. One that says the same as before takes one line.</Empty>
        ) : (
          <DataTable
            label="Captures"
            rows={rows}
            rowKey={(row) => row.capture_id}
            columns={[
              { label: 'Captured', width: 160, cell: (row) => <Link to={`/captures/${row.capture_id}`}><TimeText iso={row.captured_at} form="minute" /></Link> },
              { label: 'Kind', width: 130, cell: (row) => typeText(row.capture_type) },
              { label: 'Outcome', cell: (row) => <CaptureOutcome capture={row} /> },
              { label: 'Rows', width: 90, cell: (row) => (row.parse_status === null || row.parse_status === 'unparsed' ? <span className="muted">text</span> : formatCount(row.row_count)) },
              { label: 'Size', width: 90, cell: (row) => formatBytes(row.bytes) },
              { label: 'Change', width: 110, cell: (row) => (row.change_id === null ? <span className="muted">–</span> : <Link to={`/changes/${row.change_id}`}>show</Link>) },
              { label: 'Pick', hiddenLabel: true, width: 72, end: true, cell: (row) => <input type="checkbox" aria-label={`Pick the ${typeText(row.capture_type)} of ${row.captured_at} to compare`} checked={picked.some(({ capture_id: id }) => id === row.capture_id)} onChange={() => pick(row)} disabled={!row.stored} /> },
            ]}
          />
        )}
      </Panel>
      {(list.data?.total ?? 0) > 50 ? <Pager page={page} perPage={50} total={list.data?.total} onPage={setPage} /> : null}
    </>
  );
}
