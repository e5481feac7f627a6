import { Button, Checkbox, Group, Modal, Skeleton, Textarea } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { CHANGES } from './changes-page';
import { DiffView } from './diff-view';
import { Fact } from './fact';
import { SeverityBadge, typeText } from './severity';
import classes from './catalogue.module.css';

/** One change: what it changed, who made it, and whether anybody knows. */
export function ChangePage() {
  const { id = '' } = useParams();
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('devices:write');
  const [whole, setWhole] = useState(false);
  const [asking, setAsking] = useState(false);
  const [note, setNote] = useState('');
  const [baseline, setBaseline] = useState(false);
  const query = useQuery({ queryKey: [...CHANGES, 'one', id, whole], placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('changeDiff', { params: { id }, query: { context: whole ? 100_000 : 3 }, signal }) });
  const acknowledge = useMutation({
    mutationFn: (acknowledged: boolean) => api.call('acknowledgeChange', { params: { id }, body: acknowledged ? { note: note.trim() === '' ? null : note.trim(), baseline } : { acknowledged } }),
    onSuccess: async (_, acknowledged) => {
      say(acknowledged ? 'The change is acknowledged' : 'The change is open again');
      setAsking(false);
      await queries.invalidateQueries({ queryKey: CHANGES });
    },
    onError: (error) => sayProblem('The change was not changed', error),
  });
  const back = { to: '/changes', label: 'Changes' };
  const data = query.data;
  if (data === undefined) {
    return (
      <Page title="Change" back={back}>
        {query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} title="The change could not be loaded" /> : <Skeleton height={360} radius={8} />}
      </Page>
    );
  }
  const { change, diff } = data;
  const known = change.acknowledged_at !== null;
  return (
    <Page
      title={`${typeText(change.capture_type)} of ${change.device_name}`}
      back={back}
      mark={<SeverityBadge severity={change.severity} />}
      actions={
        mayWrite ? (
          known ? (
            <Button variant="default" loading={acknowledge.isPending} onClick={() => acknowledge.mutate(false)}>
              Open again
            </Button>
          ) : (
            <Button leftSection={<IconCheck size={14} aria-hidden />} onClick={() => setAsking(true)}>
              Acknowledge
            </Button>
          )
        ) : undefined
      }
    >
      <Panel padded={false}>
        <dl className={classes['facts']}>
          <Fact label="Seen">
            <TimeText iso={change.detected_at} form="minute" />
          </Fact>
          <Fact label="Not yet at">
            <TimeText iso={change.since} form="minute" />
          </Fact>
          <Fact label="Made by">{change.actor === null ? 'The device does not tell' : [change.actor.user, change.actor.from, change.actor.at].filter((part) => part !== null).join(' · ')}</Fact>
          <Fact label="Device">
            <Link to={`/inventory/devices/${change.device_id}/changes`}>{change.device_name}</Link>
          </Fact>
          <Fact label="Captures">
            <Link to={`/captures/${change.from_capture_id}`}>before</Link> · <Link to={`/captures/${change.to_capture_id}`}>after</Link>
          </Fact>
          {known ? <Fact label="Acknowledged">{`${change.acknowledged_by ?? ''}${change.note === null ? '' : `: ${change.note}`}`}</Fact> : null}
          {Object.keys(change.rules_hit).length === 0 ? null : <Fact label="Left out as noise">{Object.entries(change.rules_hit).map(([rule, hits]) => `${rule} ×${hits}`).join(', ')}</Fact>}
        </dl>
      </Panel>
      <DiffView diff={diff} whole={whole} onWhole={() => setWhole(true)} />
      <Modal opened={asking} onClose={() => setAsking(false)} title="Acknowledge this change">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            acknowledge.mutate(true);
          }}
        >
          <Textarea label="Note" description="A ticket, or why it is fine" maxLength={500} autosize minRows={2} value={note} onChange={(event) => setNote(event.currentTarget.value.replace(/\n/g, ' '))} data-autofocus />
          <Checkbox mt="md" label="Make it the approved reference of the device" checked={baseline} onChange={(event) => setBaseline(event.currentTarget.checked)} />
          <Group justify="flex-end" mt="lg">
            <Button variant="default" onClick={() => setAsking(false)}>
              Cancel
            </Button>
            <Button type="submit" loading={acknowledge.isPending}>
              Acknowledge
            </Button>
          </Group>
        </form>
      </Modal>
    </Page>
  );
}
