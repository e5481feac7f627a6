import type { CaptureView } from '@capstan/contracts';
import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import { IconBookmark, IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { CopyButton } from '../design/copy-button';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { formatBytes, formatCount } from '../design/format';
import { Page, Panel } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { Fact } from './fact';
import { RowTable } from './row-table';
import { typeText } from './severity';
import classes from './catalogue.module.css';

type Form = 'raw' | 'normalised' | 'rows';

/** One output of a device: what it said, what was made of it, and what was left out. */
export function CapturePage() {
  const { id = '' } = useParams();
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('devices:write');
  const [form, setForm] = useState<Form>('raw');
  const query = useQuery({ queryKey: ['captures', 'one', id], queryFn: ({ signal }) => api.call('getCapture', { params: { id }, signal }) });
  const approve = useMutation({
    mutationFn: (baseline: boolean) => api.call(baseline ? 'setBaseline' : 'removeBaseline', { params: { id } }),
    onSuccess: async (_, baseline) => {
      say(baseline ? 'It is the approved reference now' : 'It is not the approved reference any more');
      await queries.invalidateQueries({ queryKey: ['captures'] });
    },
    onError: (error) => sayProblem('The reference was not changed', error),
  });
  const download = async (): Promise<void> => {
    try {
      const { url } = await api.call('captureTextUrl', { params: { id }, body: { form: form === 'rows' ? 'raw' : form } });
      window.location.assign(url);
    } catch (error) {
      sayProblem('The text was not downloaded', error);
    }
  };
  const data = query.data;
  if (data === undefined) {
    return <Page title="Capture">{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} title="The capture could not be loaded" /> : <Skeleton height={360} radius={8} />}</Page>;
  }
  const { capture, raw, normalised, rows } = data;
  const text = form === 'normalised' ? normalised : raw;
  return (
    <Page
      title={`${typeText(capture.capture_type)} of ${capture.device_name}`}
      back={{ to: `/inventory/devices/${capture.device_id}/captures`, label: capture.device_name }}
      mark={<CaptureOutcome capture={capture} />}
      actions={
        <>
          {mayWrite ? (
            <Button variant="default" leftSection={<IconBookmark size={14} aria-hidden />} loading={approve.isPending} onClick={() => approve.mutate(!capture.baseline)}>
              {capture.baseline ? 'Not the reference any more' : 'Make it the reference'}
            </Button>
          ) : null}
          <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} disabled={raw === null} onClick={() => void download()}>
            Download text
          </Button>
        </>
      }
    >
      <Panel padded={false}>
        <dl className={classes['facts']}>
          <Fact label="Captured">
            <TimeText iso={capture.captured_at} form="minute" />
          </Fact>
          <Fact label="Command">
            <span className="mono">{capture.commands.join(' · ') || '–'}</span>
          </Fact>
          <Fact label="Size">{formatBytes(capture.bytes)}</Fact>
          <Fact label="Rows">{capture.parse_status === null || capture.parse_status === 'unparsed' ? 'Kept as text' : `${formatCount(capture.row_count)}${capture.unparsed_count > 0 ? `, ${capture.unparsed_count} lines not understood` : ''}`}</Fact>
          <Fact label="Masked secrets">{formatCount(data.masked)}</Fact>
          <Fact label="Session">
            <Link to={`/sessions/${capture.session_id}`}>show</Link>
          </Fact>
          {capture.change_id === null ? null : (
            <Fact label="Change">
              <Link to={`/changes/${capture.change_id}`}>show what changed</Link>
            </Fact>
          )}
          {capture.same_as === null ? null : (
            <Fact label="Text">
              <Link to={`/captures/${capture.same_as}`}>that of an earlier capture, equal but for noise</Link>
            </Fact>
          )}
        </dl>
      </Panel>
      {data.unparsed.length === 0 ? null : (
        <Panel>
          <p style={{ margin: 0, fontWeight: 500 }}>Lines nobody understood</p>
          <pre className={classes['text']}>{data.unparsed.map(({ line, text: words }) => `${line}: ${words}`).join('\n')}</pre>
        </Panel>
      )}
      <Panel padded={false}>
        <div className={classes['tools']}>
          <SegmentedControl
            size="xs"
            aria-label="What to show"
            value={form}
            onChange={(value) => setForm(value as Form)}
            data={[
              { value: 'raw', label: 'As it was said' },
              { value: 'normalised', label: 'Without noise' },
              ...(rows.length > 0 ? [{ value: 'rows', label: `Rows (${formatCount(data.row_total)})` }] : []),
            ]}
          />
          {text === null || form === 'rows' ? null : <CopyButton value={text}>Copy the text</CopyButton>}
          {data.truncated && form !== 'rows' ? <span className="muted">The text is cut; the download has all of it.</span> : null}
        </div>
        {form === 'rows' ? (
          <RowTable rows={rows} label={typeText(capture.capture_type)} />
        ) : text === null ? (
          <Empty title="The text is no longer stored">It was removed by retention. What it said stays in the history of addresses, neighbours and routes.</Empty>
        ) : (
          <pre className={classes['text']} tabIndex={0} role="region" aria-label="Text of the capture">
            {text}
          </pre>
        )}
      </Panel>
    </Page>
  );
}

/** What became of a capture. */
export function CaptureOutcome({ capture }: { capture: CaptureView }) {
  if (capture.outcome === 'kept-incomplete') {
    return <StatusBadge status="attention">{capture.identity_changed ? 'Another device' : capture.complete ? 'Not usable' : 'Incomplete'}</StatusBadge>;
  }
  return (
    <>
      <StatusBadge status={capture.outcome === 'changed' ? 'partial' : capture.outcome === 'late' ? 'cancelled' : 'success'}>{{ first: 'First', changed: 'Changed', unchanged: 'Unchanged', late: 'Loaded late' }[capture.outcome]}</StatusBadge>
      {capture.baseline ? <StatusBadge status="running">Reference</StatusBadge> : null}
    </>
  );
}
