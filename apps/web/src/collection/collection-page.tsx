import { Button, Skeleton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { ConfirmDialog } from '../design/confirm-dialog';
import { ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { CollectingStep } from './collecting-step';
import { isOver } from './collection-live';
import { CollectionSteps } from './collection-steps';
import { countOf, jobWords } from './collection-words';
import { CompleteStep } from './complete-step';
import { useCollection } from './use-collection';

/** A collection that was started: how it goes, and, when one wants to see it, what came of it. */
export function CollectionPage() {
  const { id = '' } = useParams();
  const { api } = useRuntime();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const mayRun = useMay('sessions:write');
  const query = useCollection(id);
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => api.call('cancelCollection', { params: { job_id: id } }),
    onSuccess: () => say('No further device is logged in to'),
    onError: (error) => sayProblem('The collection was not cancelled', error),
    onSettled: () => {
      setAsking(false);
      void query.refetch();
    },
  });
  const back = { to: '/collection', label: 'Collection' };
  if (query.data === undefined) {
    return (
      <Page title="Collection" back={back}>
        {query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} title="The collection could not be loaded" /> : <Skeleton height={420} radius={8} />}
      </Page>
    );
  }
  const { job } = query.data;
  const over = isOver(job);
  const complete = over && search.get('view') === 'results';
  const { status, label } = jobWords(job.status);
  return (
    <Page
      title={job.name === '' ? job.job_id : job.name}
      back={back}
      mark={<StatusBadge status={status}>{label}</StatusBadge>}
      description={
        <>
          <span className="mono">{job.job_id}</span> · {countOf(job.device_count, 'device')}, {countOf(job.capture_types.length, 'command')}, {job.max_workers} at once · by {job.requested_by}, <TimeText iso={job.started_at} form="minute" />
        </>
      }
      actions={
        over || !mayRun ? undefined : (
          <Button variant="outline" color="red" onClick={() => setAsking(true)}>
            Cancel
          </Button>
        )
      }
    >
      <CollectionSteps step={complete ? 'complete' : 'collecting'} reachable={over ? ['collecting', 'complete'] : ['collecting']} onStep={(step) => setSearch(step === 'complete' ? { view: 'results' } : {})} />
      {complete ? <CompleteStep state={query.data} onStarted={(jobId) => void navigate(`/collection/${jobId}`)} onChanged={() => void query.refetch()} /> : <CollectingStep state={query.data} onResults={() => setSearch({ view: 'results' })} />}
      <ConfirmDialog opened={asking} title="Cancel this collection?" confirm="Cancel the collection" danger busy={cancel.isPending} onClose={() => setAsking(false)} onConfirm={() => cancel.mutate()}>
        What is collected stays. Devices that wait are left alone, and those at work are logged out of.
      </ConfirmDialog>
    </Page>
  );
}
