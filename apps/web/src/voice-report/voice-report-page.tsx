import type { VoiceReport } from '@capstan/contracts';
import { Button, Skeleton } from '@mantine/core';
import { IconTableExport } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { saveText } from '../design/csv';
import { Empty, ProblemNotice } from '../design/feedback';
import { formatCount } from '../design/format';
import { Page, Panel, Section } from '../design/page';
import { StatusIcon } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { CallList } from './call-list';
import { CallView } from './call-view';
import { ClockTable } from './clock-table';
import { MergedDownload } from './merged-download';
import { StreamTable } from './stream-table';
import { streamsCsv } from './streams-csv';
import { SummaryStrip } from './summary-strip';
import { type ReportView, useAnalyseAgain, useVoiceReport } from './use-voice-report';
import classes from './voice-report.module.css';

const VIEWS = ['calls', 'streams', 'devices'] as const;
type View = (typeof VIEWS)[number];
const VIEW_LABELS: Record<View, string> = { calls: 'Calls', streams: 'Streams', devices: 'Devices and clocks' };

/** What the captures of a session tell of voice: calls, ladders, streams. */
export function VoiceReportPage() {
  const { id = '' } = useParams();
  const { view, error, refetch } = useVoiceReport(id);
  const report = view.kind === 'ready' ? view.report : undefined;
  const { api } = useRuntime();
  const name = useQuery({ queryKey: ['session-name', id], queryFn: async ({ signal }) => (await api.call('getSession', { params: { id }, signal })).session.name });
  return (
    <Page
      title="Voice report"
      documentTitle={name.data === undefined ? 'Voice report' : `Voice report, ${name.data}`}
      back={{ to: `/sessions/${id}`, label: name.data ?? 'Session' }}
      description={
        report === undefined ? undefined : (
          <>
            Made <TimeText iso={report.created_at} /> from {formatCount(report.summary.packets)} packets with {report.tool}
          </>
        )
      }
      actions={
        report === undefined ? undefined : (
          <>
            <Button variant="default" leftSection={<IconTableExport size={14} aria-hidden />} onClick={() => saveText(streamsCsv(report), `capstan-streams-${id.slice(0, 8)}.csv`)}>
              Streams as CSV
            </Button>
            <MergedDownload id={id} />
          </>
        )
      }
    >
      {view.kind === 'ready' ? <ReportBody report={view.report} /> : <Absence id={id} view={view} error={error} refetch={refetch} />}
    </Page>
  );
}

function ReportBody({ report }: { report: VoiceReport }) {
  const [search] = useSearchParams();
  const shown = VIEWS.find((name) => name === search.get('view')) ?? 'calls';
  const wanted = search.get('call');
  const call = wanted === null ? undefined : report.calls.find(({ id }) => String(id) === wanted);
  const streams = useMemo(() => report.streams.map((stream) => ({ stream, oneWay: false })), [report]);
  return (
    <>
      <SummaryStrip report={report} />
      <LeftOut report={report} />
      <nav className={classes['tabs']} aria-label="Parts of the report">
        {VIEWS.map((view) => (
          <Link key={view} className={classes['tab']} to={view === 'calls' ? '?' : `?view=${view}`} aria-current={view === shown ? 'page' : undefined} preventScrollReset>
            {VIEW_LABELS[view]}
            <span className="num muted">{formatCount(view === 'calls' ? report.calls.length : view === 'streams' ? report.streams.length : report.interfaces.length)}</span>
          </Link>
        ))}
      </nav>
      {shown === 'devices' ? (
        <ClockTable report={report} />
      ) : shown === 'streams' ? (
        <Section title="Streams">
          <Panel padded={false}>
            {streams.length === 0 ? <Empty title="No RTP was seen">Media may go past the devices that captured, be kept out by the filter, or be of another kind than RTP.</Empty> : <StreamTable label="Streams" rows={streams} interfaces={report.interfaces} compared={false} />}
          </Panel>
        </Section>
      ) : call === undefined ? (
        <CallList report={report} />
      ) : (
        <CallView key={call.id} report={report} call={call} />
      )}
    </>
  );
}

/** A report that was cut says so first. */
function LeftOut({ report: { left_out: left, excluded } }: { report: VoiceReport }) {
  const parts = [
    left.calls > 0 ? `${formatCount(left.calls)} calls` : '',
    left.messages > 0 ? `${formatCount(left.messages)} SIP messages` : '',
    left.streams > 0 ? `${formatCount(left.streams)} streams` : '',
  ].filter((part) => part !== '');
  if (parts.length === 0 && excluded.length === 0) {
    return null;
  }
  return (
    <div className={classes['notice']} data-status="partial" role="status">
      <StatusIcon status="partial" size={16} />
      <div>
        {parts.length === 0 ? null : <>There was too much for one report: {parts.join(', ')} are left out. They are in the merged capture. </>}
        {excluded.length === 0 ? null : (
          <>
            {excluded.length === 1 ? 'One file' : `${excluded.length} files`} could not be used. <Link to="?view=devices">Which and why</Link>
          </>
        )}
      </div>
    </div>
  );
}

function Absence({ id, view, error, refetch }: { id: string; view: Exclude<ReportView, { kind: 'ready' }>; error: unknown; refetch: () => void }) {
  const back = (
    <Button component={Link} to={`/sessions/${id}`} variant="default">
      Back to the session
    </Button>
  );
  switch (view.kind) {
    case 'loading':
      return (
        <div className={classes['waiting']} aria-busy>
          <Skeleton height={84} radius={8} />
          <Skeleton height={320} radius={8} />
        </div>
      );
    case 'running':
      return (
        <Panel>
          <div role="status">
            <Empty title="The report is being made" action={back}>
              The captures are merged, their clocks corrected, and every packet is read. The page shows the report as soon as it is stored.
            </Empty>
          </div>
        </Panel>
      );
    case 'not-ready':
      return (
        <Panel>
          <Empty title="The session is not over" action={back}>
            The report is made when every device has delivered its files.
          </Empty>
        </Panel>
      );
    case 'failed':
      return (
        <Panel>
          <div role="alert">
            <Empty title="The report could not be made" action={<AnalyseAgain id={id} />}>
              {view.reason}
            </Empty>
          </div>
        </Panel>
      );
    case 'nothing':
      return (
        <Panel>
          <Empty title="There is nothing to report on" action={back}>
            No device of this session stored a capture.
          </Empty>
        </Panel>
      );
    case 'pruned':
      return (
        <Panel>
          <Empty title="The report was removed" action={<AnalyseAgain id={id} />}>
            Housekeeping removes what is older than the retention time. It can be made again as long as the captures are there.
          </Empty>
        </Panel>
      );
    case 'gone':
      return (
        <Empty
          title="This session is not here"
          action={
            <Button component={Link} to="/sessions" variant="default">
              Back to Sessions
            </Button>
          }
        >
          It may have been deleted, or the link is not complete.
        </Empty>
      );
    case 'problem':
      return <ProblemNotice error={error} retry={refetch} />;
  }
}

function AnalyseAgain({ id }: { id: string }) {
  const { busy, run } = useAnalyseAgain(id);
  return useMay('sessions:write') ? (
    <Button onClick={run} loading={busy}>
      Analyse again
    </Button>
  ) : null;
}
