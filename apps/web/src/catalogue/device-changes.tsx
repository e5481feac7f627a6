import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty, ProblemNotice } from '../design/feedback';
import { Panel } from '../design/page';
import type { DeviceTabProps } from '../devices/device-tabs';
import { useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { ChangeTable } from './change-table';
import { CHANGES } from './changes-page';

/** What changed on a device. */
export function DeviceChanges({ device }: DeviceTabProps) {
  const { api } = useRuntime();
  const [page, setPage] = useState(1);
  const query = { device_id: device.id, page, per_page: 50 };
  const list = useQuery({ queryKey: [...CHANGES, query], placeholderData: keepPreviousData, refetchInterval: 30_000, queryFn: ({ signal }) => api.call('listChanges', { query, signal }) });
  return (
    <>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      <Panel padded={false}>{list.data?.total === 0 ? <Empty title="Nothing has changed yet">A change appears here when the device is collected twice and says something else.</Empty> : <ChangeTable rows={list.data?.changes} ofOneDevice />}</Panel>
      {(list.data?.total ?? 0) > 50 ? <Pager page={page} perPage={50} total={list.data?.total} onPage={setPage} /> : null}
    </>
  );
}
