import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import { Empty, ProblemNotice } from '../design/feedback';
import { formatCount } from '../design/format';
import { Page, Panel } from '../design/page';
import { useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { addressQuery, fromLocalInput, type What, WHATS, whatOf } from './address-query';
import { ExportButton } from './export-button';
import { ArpTable, MacTable, NeighborTable, RouteTable } from './interval-tables';
import classes from './catalogue.module.css';

const EXPORTS: Record<What, string> = { arp: '/arp/export', mac: '/mac/export', neighbors: '/neighbors/export', routes: '/routes/export' };

/** Who had which address, where a MAC was, who is whose neighbour and who knows the way: now, or at any moment. */
export function AddressesPage() {
  const { api } = useRuntime();
  const [search, setSearch] = useSearchParams();
  const given = search.get('q') ?? search.get('ip') ?? search.get('mac') ?? '';
  const at = search.get('at') ?? '';
  const what = whatOf(search.get('in'));
  const page = Math.max(1, Math.floor(Number(search.get('page'))) || 1);
  const [text, setText] = useState(given);
  const [moment, setMoment] = useState(at);
  useEffect(() => setText(given), [given]);
  useEffect(() => setMoment(at), [at]);
  const query = { ...addressQuery(what, given), at: fromLocalInput(at), page, per_page: 50 };
  const list = useQuery({
    queryKey: ['observations', what, query],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      switch (what) {
        case 'arp':
          return { what, ...(await api.call('listArp', { query, signal })) } as const;
        case 'mac':
          return { what, ...(await api.call('listMac', { query, signal })) } as const;
        case 'neighbors':
          return { what, ...(await api.call('listNeighbors', { query, signal })) } as const;
        default:
          return { what: 'routes', ...(await api.call('listRoutes', { query, signal })) } as const;
      }
    },
  });
  const stats = useQuery({ queryKey: ['observations', 'stats'], queryFn: ({ signal }) => api.call('arpStats', { signal }) });
  const go = (part: Readonly<Record<string, string>>): void => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ q: text, at: moment, in: what, ...part })) {
      if (value !== '' && !(name === 'in' && value === 'arp')) {
        next.set(name, value);
      }
    }
    setSearch(next);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    go({});
  };
  const data = list.data?.what === what ? list.data : undefined;
  return (
    <Page
      title="Addresses"
      description={stats.data === undefined ? 'What ARP, MAC, neighbour and routing tables said, and when.' : `${formatCount(stats.data.ips)} addresses and ${formatCount(stats.data.macs)} MACs are there now, seen by ${formatCount(stats.data.devices)} devices.`}
      actions={<ExportButton path={EXPORTS[what]} query={query} disabled={(data?.total ?? 0) === 0} />}
    >
      <form className={classes['filters']} role="search" aria-label="Find addresses" onSubmit={submit} style={{ alignItems: 'end' }}>
        <TextInput label={WHATS[what].label} placeholder={WHATS[what].placeholder} size="xs" maxLength={60} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <TextInput label="At that moment" type="datetime-local" step={1} size="xs" value={moment} onChange={(event) => setMoment(event.currentTarget.value)} style={{ flexBasis: 210 }} />
        <Button type="submit" size="xs" style={{ flex: 'none' }}>
          Find
        </Button>
        {given === '' && at === '' ? null : (
          <Button variant="default" size="xs" style={{ flex: 'none' }} onClick={() => go({ q: '', at: '' })}>
            Clear
          </Button>
        )}
      </form>
      <SegmentedControl aria-label="Table" size="xs" style={{ alignSelf: 'start', maxWidth: '100%' }} value={what} onChange={(value) => go({ in: value, q: given })} data={Object.entries(WHATS).map(([value, { title }]) => ({ value, label: title }))} />
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && data === undefined ? null : (
        <Panel padded={false}>
          {data?.total === 0 ? (
            <Empty title={given === '' && at === '' ? 'No tables yet' : 'Nothing was seen'}>{given === '' && at === '' ? 'Collect ARP, MAC, LLDP or routes from a device: its table appears here, and every later one becomes history.' : at === '' ? 'No device has ever had this in its table.' : 'No device had this in its table at that moment.'}</Empty>
          ) : data === undefined ? (
            <ArpTable rows={undefined} />
          ) : data.what === 'arp' ? (
            <ArpTable rows={data.bindings} />
          ) : data.what === 'mac' ? (
            <MacTable rows={data.locations} />
          ) : data.what === 'neighbors' ? (
            <NeighborTable rows={data.neighbors} />
          ) : (
            <RouteTable rows={data.routes} />
          )}
        </Panel>
      )}
      <Pager page={page} perPage={50} total={data?.total} onPage={(next) => go({ q: given, at, page: String(next) })} />
    </Page>
  );
}
