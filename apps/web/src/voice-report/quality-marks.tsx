import type { VoiceCall, VoiceFinding } from '@capstan/contracts';
import { StatusBadge, StatusIcon } from '../design/status-badge';
import { findingStatus, gradeOf, OUTCOMES } from './quality';
import classes from './voice-report.module.css';

/** A mean opinion score with its word; a dash where there is no estimate. */
export function Mos({ mos, rating }: { mos: number | null; rating?: number | null }) {
  if (mos === null) {
    return (
      <span className="muted" title="No estimate: the model has no numbers for this codec, or nothing was heard">
        –
      </span>
    );
  }
  const { word, status } = gradeOf(mos);
  return (
    <span className={classes['mos']} title={rating === undefined || rating === null ? undefined : `R = ${rating.toFixed(1)} (ITU-T G.107)`}>
      <StatusIcon status={status} size={12} />
      <span className="num">{mos.toFixed(2)}</span> <span className="muted">{word}</span>
    </span>
  );
}

/** How a call ended, with the status of its first leg. */
export function Outcome({ call }: { call: VoiceCall }) {
  const { label, status } = OUTCOMES[call.outcome];
  const detail = call.outcome === 'answered' || call.status === null ? '' : ` ${call.status}`;
  return <StatusBadge status={status}>{`${label}${detail}`}</StatusBadge>;
}

/** What is worth a look, worst first as the server sorted it. */
export function Findings({ findings }: { findings: readonly VoiceFinding[] }) {
  return (
    <ul className={classes['findings']} aria-label="Findings">
      {findings.map((finding, index) => (
        <li key={index} data-status={findingStatus(finding.code)}>
          <StatusIcon status={findingStatus(finding.code)} size={14} />
          <span>{finding.message}</span>
          <code className="mono muted">{finding.code}</code>
        </li>
      ))}
    </ul>
  );
}
