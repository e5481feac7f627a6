import { Checkbox } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Empty, ProblemNotice } from '../design/feedback';
import { Panel } from '../design/page';
import type { DeviceTabProps } from '../devices/device-tabs';
import { useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { ExportButton } from './export-button';
import { ArpTable, MacTable, NeighborTable, RouteTable } from './interval-tables';
import classes from './catalogue.module.css';

interface TableQuery {
  readonly device_id: string;
  readonly open?: 'true';
  readonly page: number;
  readonly per_page: number;
}

/** Addresses a device knows. */
export function DeviceArp({ device }: DeviceTabProps) {
  const { api } = useRuntime();
  return <DeviceTable device={device} name="arp" path="/arp/export" read={async (query, signal) => { const { bindings, total } = await api.call('listArp', { query, signal }); return { rows: bindings, total }; }} table={(rows) => <ArpTable rows={rows} ofOneDevice />} />;
}

/** MACs a device has seen. */
export function DeviceMac({ device }: DeviceTabProps) {
  const { api } = useRuntime();
  return <DeviceTable device={device} name="mac" path="/mac/export" read={async (query, signal) => { const { locations, total } = await api.call('listMac', { query, signal }); return { rows: locations, total }; }} table={(rows) => <MacTable rows={rows} ofOneDevice />} />;
}

/** Neighbours of a device. */
export function DeviceNeighbors({ device }: DeviceTabProps) {
  const { api } = useRuntime();
  return <DeviceTable device={device} name="neighbors" path="/neighbors/export" read={async (query, signal) => { const { neighbors, total } = await api.call('listNeighbors', { query, signal }); return { rows: neighbors, total }; }} table={(rows) => <NeighborTable rows={rows} ofOneDevice />} />;
}

/** Routes of a device. */
export function DeviceRoutes({ device }: DeviceTabProps) {
  const { api } = useRuntime();
  return <DeviceTable device={device} name="routes" path="/routes/export" read={async (query, signal) => { const { routes, total } = await api.call('listRoutes', { query, signal }); return { rows: routes, total }; }} table={(rows) => <RouteTable rows={rows} ofOneDevice />} />;
}

interface DeviceTableProps<Row> extends DeviceTabProps {
  readonly name: string;
  readonly path: string;
  readonly read: (query: TableQuery, signal: AbortSignal) => Promise<{ rows: readonly Row[]; total: number }>;
  readonly table: (rows: readonly Row[] | undefined) => ReactNode;
}

function DeviceTable<Row>({ device, name, path, read, table }: DeviceTableProps<Row>) {
  const [gone, setGone] = useState(false);
  const [page, setPage] = useState(1);
  const query: TableQuery = { device_id: device.id, ...(gone ? {} : { open: 'true' as const }), page, per_page: 50 };
  const list = useQuery({ queryKey: ['observations', name, query], placeholderData: keepPreviousData, queryFn: ({ signal }) => read(query, signal) });
  return (
    <>
      <div className={classes['bulk']} style={{ justifyContent: 'space-between' }}>
        <Checkbox size="xs" label="Also what is gone" checked={gone} onChange={(event) => { setGone(event.currentTarget.checked); setPage(1); }} />
        <ExportButton path={path} query={{ ...query }} disabled={(list.data?.total ?? 0) === 0} />
      </div>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>{list.data?.total === 0 ? <Empty title="Nothing is known">{gone ? 'No table of this kind was ever collected from the device.' : 'The device has nothing of the kind now. What is gone can be shown too.'}</Empty> : table(list.data?.rows)}</Panel>
      )}
      {(list.data?.total ?? 0) > 50 ? <Pager page={page} perPage={50} total={list.data?.total} onPage={setPage} /> : null}
    </>
  );
}
