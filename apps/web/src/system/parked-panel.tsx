import type { AnswerOf, routes, SystemView } from '@capstan/contracts';
import { Button, Select } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog } from '../design/confirm-dialog';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Panel, Section } from '../design/page';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import classes from './system.module.css';

type Services = SystemView['services'];
type ServiceName = Services[number]['service'];
type Parked = AnswerOf<typeof routes.listParked>['messages'][number];

/** Messages that were set aside, and the ways out; for administrators. */
export function ParkedPanel({ services }: { services: Services }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<ServiceName>();
  const service = chosen ?? services.find(({ parked }) => (parked ?? 0) > 0)?.service ?? services[0]?.service ?? 'gateway';
  const [deleting, setDeleting] = useState<Parked>();
  const [busy, setBusy] = useState(false);
  const list = useQuery({ queryKey: ['parked', service], queryFn: ({ signal }) => api.call('listParked', { params: { service }, signal }) });

  const order = async (what: string, work: () => Promise<string>): Promise<void> => {
    setBusy(true);
    try {
      say(await work());
      await Promise.all([queries.invalidateQueries({ queryKey: ['parked'] }), queries.invalidateQueries({ queryKey: ['system'] })]);
    } catch (error) {
      sayProblem(what, error);
    } finally {
      setBusy(false);
      setDeleting(undefined);
    }
  };
  const redrive = (ids?: string[]): Promise<void> =>
    order('The messages were not sent back', async () => {
      const { sent, kept } = await api.call('redriveParked', { params: { service }, body: ids === undefined ? {} : { ids } });
      return `${sent} sent back to work${kept === 0 ? '' : `, ${kept} stay: nobody knows where they came from`}`;
    });
  const purge = (id: string): Promise<void> =>
    order('The message was not deleted', async () => {
      const { purged } = await api.call('purgeParked', { params: { service }, body: { ids: [id] } });
      return `${purged} deleted`;
    });

  return (
    <Section
      title="Parked messages"
      aside={
        <div className={classes['parkedTools']}>
          <Select aria-label="Service" size="xs" allowDeselect={false} value={service} onChange={(value) => setChosen((value ?? undefined) as ServiceName | undefined)} data={services.map(({ service: name, parked }) => ({ value: name, label: (parked ?? 0) > 0 ? `${name} (${parked})` : name }))} />
          <Button size="xs" variant="default" disabled={busy || (list.data?.total ?? 0) === 0} onClick={() => void redrive()}>
            Send all back
          </Button>
        </div>
      }
    >
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} title="The parked messages could not be read" /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>
          {list.data?.total === 0 ? (
            <Empty title="Nothing is parked">Messages of {service} that fail nine times, or that nobody can read, would lie here until somebody decides.</Empty>
          ) : (
            <DataTable
              label="Parked messages"
              rows={list.data?.messages}
              rowKey={(row) => row.id ?? `${row.parked_at} ${row.type} ${row.bytes}`}
              columns={[
                { label: 'Message', cell: (row) => <span className="mono">{row.type ?? 'unreadable'}</span> },
                { label: 'Why', cell: (row) => <span title={row.reason}><b style={{ fontWeight: 500 }}>{row.code}</b> <span className="muted">{row.reason}</span></span> },
                { label: 'Attempts', end: true, width: 88, cell: (row) => <span className="num">{row.attempts ?? '–'}</span> },
                { label: 'Sent back', end: true, width: 88, cell: (row) => <span className="num">{row.redriven}</span> },
                { label: 'Parked', end: true, width: 128, cell: (row) => (row.parked_at === null ? <span className="muted">by the broker</span> : <TimeText iso={row.parked_at} form="ago" />) },
                {
                  label: 'Actions',
                  hiddenLabel: true,
                  end: true,
                  width: 192,
                  cell: (row) => (
                    <span className={classes['rowActions']}>
                      <Button size="compact-xs" variant="default" disabled={busy || row.id === null} aria-label={`Send back ${row.type ?? 'message'}`} onClick={() => row.id !== null && void redrive([row.id])}>
                        Send back
                      </Button>
                      <Button size="compact-xs" variant="subtle" color="red" disabled={busy || row.id === null} aria-label={`Delete ${row.type ?? 'message'}`} onClick={() => setDeleting(row)}>
                        Delete
                      </Button>
                    </span>
                  ),
                },
              ]}
            />
          )}
        </Panel>
      )}
      <ConfirmDialog opened={deleting !== undefined} title="Delete this message?" confirm="Delete" danger busy={busy} onClose={() => setDeleting(undefined)} onConfirm={() => deleting !== undefined && deleting.id !== null && void purge(deleting.id)}>
        What it says will never be carried out. There is no way back.
      </ConfirmDialog>
    </Section>
  );
}
