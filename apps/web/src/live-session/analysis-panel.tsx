import type { SessionSummary } from '@capstan/contracts';
import { Button, Loader } from '@mantine/core';
import { IconPhoneCall } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { ProblemNotice } from '../design/feedback';
import { formatBytes, formatCount } from '../design/format';
import { Panel, Section } from '../design/page';
import { StatusIcon } from '../design/status-badge';
import type { LiveSession } from '../live/live-session';
import { useMay } from '../runtime';
import { MergedDownload } from '../voice-report/merged-download';
import { useAnalyseAgain, useVoiceReport } from '../voice-report/use-voice-report';
import { analysisPhase } from './analysis-state';
import classes from './live-session.module.css';

/** What was made of all captures together: the merged capture and the voice report, or how far they are. */
export function AnalysisPanel({ session: { header, artifacts } }: { session: LiveSession }) {
  const known = useMemo(() => analysisPhase(header, Object.values(artifacts)), [header, artifacts]);
  if (known.phase === 'none') {
    return null;
  }
  return (
    <Section title="All captures together">
      <Panel>
        {known.phase === 'unknown' ? (
          <Progress id={header.session_id} />
        ) : (
          <div className={classes['analysis']}>
            <StatusIcon status="success" size={16} />
            <p>
              {summaryOf(header)}
              {known.merged === undefined ? null : (
                <span className="muted">
                  {' '}
                  Merged with corrected clocks, {formatBytes(known.merged.size)}
                  {typeof known.merged.meta['packets'] === 'number' ? `, ${formatCount(known.merged.meta['packets'])} packets` : ''}.
                </span>
              )}
            </p>
            <div className={classes['analysisActions']}>
              {known.merged === undefined ? null : <MergedDownload id={header.session_id} />}
              <Button component={Link} to="voice" leftSection={<IconPhoneCall size={14} aria-hidden />}>
                Voice report
              </Button>
            </div>
          </div>
        )}
      </Panel>
    </Section>
  );
}

/** The session's own numbers, told with its artifacts. */
function summaryOf({ metrics }: Pick<SessionSummary, 'metrics'>): string {
  const { calls, rtp_streams: streams, worst_mos: worst } = metrics;
  if (calls === undefined) {
    return 'The voice report is ready.';
  }
  const parts = [`${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'}`, streams === undefined ? '' : `${formatCount(streams)} media ${streams === 1 ? 'stream' : 'streams'}`, worst === undefined ? '' : `worst estimated MOS ${worst.toFixed(2)}`];
  return `${parts.filter((part) => part !== '').join(', ')}.`;
}

/** Asked only while there is no report: the answer is a small problem then, and says how far it is. */
function Progress({ id }: { id: string }) {
  const { view, error, refetch } = useVoiceReport(id);
  const again = useAnalyseAgain(id);
  const mayAnalyse = useMay('sessions:write');
  switch (view.kind) {
    case 'problem':
      return <ProblemNotice error={error} retry={refetch} title="How far the analysis is cannot be told" />;
    case 'failed':
    case 'pruned':
      return (
        <div className={classes['analysis']}>
          <StatusIcon status={view.kind === 'failed' ? 'failed' : 'cancelled'} size={16} />
          <p>{view.kind === 'failed' ? <>The captures could not be merged and analysed: {view.reason}</> : 'The merged capture and the report were removed by housekeeping.'}</p>
          {mayAnalyse ? (
            <Button variant="default" loading={again.busy} onClick={again.run}>
              Analyse again
            </Button>
          ) : null}
        </div>
      );
    case 'nothing':
    case 'gone':
      return (
        <div className={classes['analysis']}>
          <StatusIcon status="cancelled" size={16} />
          <p>Nothing of this session can be merged or analysed.</p>
        </div>
      );
    case 'loading':
    case 'running':
    case 'not-ready':
    case 'ready':
      return (
        <div className={classes['analysis']} role="status">
          <Loader size={16} aria-hidden />
          <p>The captures are being merged and analysed. The merged capture and the voice report appear here.</p>
        </div>
      );
  }
}
