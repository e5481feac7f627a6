import type { StorageView } from '@capstan/contracts';
import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ProblemNotice } from '../design/feedback';
import { formatBytes } from '../design/format';
import { Page, Section } from '../design/page';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { AgreementTable } from './agreement-table';
import { HeldSessions } from './held-sessions';
import { PolicyEditor } from './policy-editor';
import { RetentionRuns } from './retention-runs';
import { StoreTable } from './store-table';

const READ_EVERY_MS = 15_000;

/** How much of everything there is, how long it stays, and whether it is all there. */
export function StoragePage() {
  const { api } = useRuntime();
  const storage = useQuery({ queryKey: ['storage'], refetchInterval: READ_EVERY_MS, queryFn: ({ signal }) => api.call('storage', { signal }) });
  const policies = useQuery({ queryKey: ['retention-policies'], queryFn: async ({ signal }) => (await api.call('listRetentionPolicies', { signal })).policies });
  const { data } = storage;
  return (
    <Page
      title="Storage"
      description={
        data === undefined ? (
          'Loading…'
        ) : (
          <>
            {formatBytes(totalOf(data))} in all, counted at <TimeText iso={data.at} form="time" />
          </>
        )
      }
    >
      {storage.isError ? <ProblemNotice error={storage.error} retry={() => void storage.refetch()} /> : null}
      {policies.isError ? <ProblemNotice error={policies.error} retry={() => void policies.refetch()} /> : null}
      {data !== undefined && data.missing.length > 0 ? (
        <Alert color="yellow" icon={<IconPlugConnectedX size={16} aria-hidden />} title={data.missing.length === 1 ? 'One service does not answer' : 'Some services do not answer'}>
          What {data.missing.map(({ owner }) => owner).join(' and ')} keeps is not among these numbers.
        </Alert>
      ) : null}
      <StoreTable stores={data?.stores} policies={policies.data} />
      {policies.data === undefined ? null : <PolicyEditor policies={policies.data} />}
      <HeldSessions />
      <RetentionRuns />
      <Section title="Objects and rows" aside={<span className="muted">compared once a day</span>}>
        <AgreementTable sweeps={data?.sweeps} />
      </Section>
    </Page>
  );
}

function totalOf({ stores }: StorageView): number {
  return stores.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}
