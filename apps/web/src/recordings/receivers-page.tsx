import type { ReceiverView } from '@capstan/contracts';
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, sayProblem } from '../design/feedback';
import { Page, Panel, Section } from '../design/page';
import type { Status } from '../design/status';
import { PlaceMap } from '../map/place-map';
import { useMay, useRuntime } from '../runtime';
import { AddReceiver } from './add-receiver';

const STATUSES: Readonly<Record<ReceiverView['health']['status'], Status>> = { online: 'success', busy: 'attention', offline: 'failed', unknown: 'pending' };

/** Receivers: where they are, how they are. */
export function ReceiversPage() {
  const { api, live } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('recordings:write');
  const list = useQuery({ queryKey: ['receivers'], queryFn: ({ signal }) => api.call('listReceivers', { query: {}, signal }) });
  const reread = (): void => void queries.invalidateQueries({ queryKey: ['receivers'] });
  useEffect(() => {
    const again = (): void => void queries.invalidateQueries({ queryKey: ['receivers'] });
    const leave = [live.take('receivers'), live.hear('receiver:health', again), live.onCatchUp(again)];
    return () => leave.forEach((undo) => undo());
  }, [live, queries]);
  const act = async (title: string, work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => sayProblem(title, error));
    reread();
  };
  const places = (list.data?.receivers ?? []).flatMap(({ receiver_id: id, receiver_no: number, name, latitude, longitude, health: { status } }) => (latitude === null || longitude === null ? [] : [{ id, name: `${number} ${name}`, latitude, longitude, status: STATUSES[status], note: status }]));
  const health = (row: ReceiverView): string => (row.health.error_message === null ? row.health.status : `${row.health.status}: ${row.health.error_message}`);
  return (
    <Page title="Receivers" description="Each keeps its number for good: it is part of the names of stored chunks." actions={mayWrite ? <AddReceiver onAdded={reread} /> : undefined}>
      {list.error === null ? null : <ProblemNotice error={list.error} />}
      {list.data?.total === 0 ? (
        <Empty title="No receivers yet">Add the KiwiSDR, rtl_tcp or HTTP receivers to record from.</Empty>
      ) : (
        <>
          {places.length === 0 ? null : (
            <Section title="Map">
              <Panel padded={false}>
                <PlaceMap label="Map of the receivers" places={places} />
              </Panel>
            </Section>
          )}
          <DataTable
            label="Receivers"
            rows={list.data?.receivers}
            rowKey={(row) => row.receiver_id}
            columns={[
              { label: 'No', end: true, cell: (row) => row.receiver_no },
              { label: 'Name', cell: (row) => row.name },
              { label: 'Protocol', cell: (row) => row.protocol },
              { label: 'Address', cell: (row) => `${row.host}:${row.port}${row.path}` },
              { label: 'Health', cell: health },
              { label: 'Users', end: true, cell: (row) => (row.health.users === null ? '–' : `${row.health.users}/${row.health.users_max ?? '?'}`) },
              { label: 'GPS', cell: (row) => (row.health.gps_good === null ? '–' : row.health.gps_good ? 'good' : 'none') },
              { label: 'Uptime', end: true, cell: (row) => (row.health.uptime === null ? '–' : `${row.health.uptime.toFixed(0)} %`) },
              {
                label: 'Actions',
                hiddenLabel: true,
                cell: (row) =>
                  mayWrite ? (
                    <>
                      <Button size="compact-sm" variant="subtle" onClick={() => void act('The receiver was not checked', () => api.call('checkReceiver', { params: { id: row.receiver_id } }))}>
                        Check
                      </Button>
                      <Button size="compact-sm" variant="subtle" color="red" onClick={() => void act('The receiver was not removed', () => api.call('deleteReceiver', { params: { id: row.receiver_id } }))}>
                        Remove
                      </Button>
                    </>
                  ) : null,
              },
            ]}
          />
        </>
      )}
    </Page>
  );
}
