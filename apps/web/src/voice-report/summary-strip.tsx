import type { VoiceReport } from '@capstan/contracts';
import { formatCount } from '../design/format';
import { Panel } from '../design/page';
import live from '../live-session/live-session.module.css';
import { gradeOf } from './quality';

/** The report in five numbers. */
export function SummaryStrip({ report: { summary, interfaces } }: { report: VoiceReport }) {
  const others = summary.calls - summary.answered - summary.rejected;
  const unmeasured = interfaces.filter(({ clock }) => clock.uncertainty_ms === null).length;
  return (
    <Panel padded={false}>
      <dl className={live['stats']}>
        <Stat label="Calls" value={formatCount(summary.calls)} note={summary.calls === 0 ? 'no SIP dialog was seen' : [`${formatCount(summary.answered)} answered`, `${formatCount(summary.rejected)} rejected`, ...(others > 0 ? [`${formatCount(others)} other`] : [])].join(', ')} />
        <Stat label="One-way audio" value={formatCount(summary.one_way)} note={summary.one_way === 0 ? 'none found' : summary.one_way === 1 ? 'call' : 'calls'} />
        <Stat label="Worst estimated MOS" value={summary.worst_mos === null ? '–' : summary.worst_mos.toFixed(2)} note={summary.worst_mos === null ? 'no stream could be rated' : gradeOf(summary.worst_mos).word} />
        <Stat label="Streams with loss" value={formatCount(summary.streams_with_loss)} suffix={`of ${formatCount(summary.streams)}`} note={`${formatCount(summary.rtp_packets)} RTP packets, ${formatCount(summary.sip_messages)} SIP messages`} />
        <Stat label="Clocks right within" value={summary.clock_uncertainty_ms === null ? '–' : `${summary.clock_uncertainty_ms.toFixed(summary.clock_uncertainty_ms < 10 ? 1 : 0)} ms`} note={unmeasured > 0 ? `${unmeasured} ${unmeasured === 1 ? 'clock was' : 'clocks were'} never measured` : 'between devices'} />
      </dl>
    </Panel>
  );
}

function Stat({ label, value, suffix, note }: { label: string; value: string; suffix?: string; note: string }) {
  return (
    <div className={live['stat']}>
      <dt>{label}</dt>
      <dd className={`num ${live['statValue']}`}>
        {value} {suffix === undefined ? null : <small>{suffix}</small>}
      </dd>
      <dd className={live['statNote']}>{note}</dd>
    </div>
  );
}
