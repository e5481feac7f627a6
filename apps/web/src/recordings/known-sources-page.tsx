import { UNKNOWN_SOURCE_ID } from '@capstan/contracts';
import { Button, NumberInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { DataTable } from '../design/data-table';
import { ProblemNotice, sayProblem } from '../design/feedback';
import { Page, Section } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import classes from './recordings.module.css';

/** Transmitters that recordings are labelled with. */
export function KnownSourcesPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('recordings:write');
  const [name, setName] = useState('');
  const [frequency, setFrequency] = useState<number | string>('');
  const list = useQuery({ queryKey: ['known-sources'], queryFn: ({ signal }) => api.call('listSources', { query: {}, signal }) });
  const act = async (title: string, work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => sayProblem(title, error));
    await queries.invalidateQueries({ queryKey: ['known-sources'] });
  };
  const add = (event: FormEvent): void => {
    event.preventDefault();
    void act('The source was not added', async () => {
      await api.call('createSource', { body: { name, frequency_hz: frequency === '' ? null : Math.round(Number(frequency) * 1e6) } });
      setName('');
      setFrequency('');
    });
  };
  return (
    <Page title="Known sources" description="Unknown is always there, for recordings whose source nobody knows.">
      {list.error === null ? null : <ProblemNotice error={list.error} />}
      <DataTable
        label="Known sources"
        rows={list.data?.sources}
        rowKey={(row) => row.source_id}
        columns={[
          { label: 'Name', cell: (row) => row.name },
          { label: 'Frequency', end: true, cell: (row) => (row.frequency_hz === null ? '–' : `${row.frequency_hz / 1e6} MHz`) },
          { label: 'Description', cell: (row) => row.description },
          {
            label: 'Actions',
            hiddenLabel: true,
            cell: (row) =>
              mayWrite && row.source_id !== UNKNOWN_SOURCE_ID ? (
                <Button size="compact-sm" variant="subtle" color="red" onClick={() => void act('The source was not removed', () => api.call('deleteSource', { params: { id: row.source_id } }))}>
                  Remove
                </Button>
              ) : null,
          },
        ]}
      />
      {mayWrite ? (
        <Section title="Add a source">
          <form className={classes['row']} onSubmit={add}>
            <TextInput label="Name" required maxLength={255} value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <NumberInput label="Frequency (MHz)" min={0.001} max={30_000} decimalScale={6} value={frequency} onChange={setFrequency} />
            <Button type="submit">Add source</Button>
          </form>
        </Section>
      ) : null}
    </Page>
  );
}
