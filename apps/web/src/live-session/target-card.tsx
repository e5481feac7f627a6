import type { TargetView } from '@capstan/contracts';
import { memo } from 'react';
import { Link } from 'react-router';
import { Button, Tooltip } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { DEVICE_TYPE_LABELS, DeviceIcon } from './device-icon';
import { CopyIcon } from '../design/copy-button';
import { formatByteRate, formatBytes, formatCount, formatPacketRate } from '../design/format';
import { statusOf } from '../design/status';
import { StateBadge } from '../design/status-badge';
import { type LiveTarget, ratesOf } from '../live/live-session';
import { adviceFor } from './advice';
import { PHASES, phasesOf } from './phases';
import { useTranscript } from './transcript';
import classes from './target-card.module.css';

/** One target. What does not change with its numbers is not drawn again with them. */
export const TargetCard = memo(function TargetCard({ target }: { target: LiveTarget }) {
  const { view, metrics, message } = target;
  const rates = ratesOf(target);
  return (
    <article className={classes['card']} data-status={statusOf(view.state)} aria-label={view.title}>
      <CardHead view={view} />
      {view.error !== null && metrics['packets_captured'] === undefined ? null : (
        <Numbers packets={metrics['packets_captured']} dropped={metrics['packets_dropped'] ?? 0} bytes={metrics['bytes']} files={metrics['files']} packetRate={rates?.packets} byteRate={rates?.bytes} />
      )}
      <CardFoot view={view} message={message} />
    </article>
  );
});

const CardHead = memo(function CardHead({ view }: { view: TargetView }) {
  const spec = view.spec as { device_type?: string; port?: number; interface?: string };
  const phases = phasesOf(view);
  const type = spec.device_type ?? view.kind;
  const typeLabel = DEVICE_TYPE_LABELS[type] ?? type;
  const where = [typeLabel, spec.port === undefined ? '' : `port ${spec.port}`, spec.interface ?? '', view.attempt > 1 ? `attempt ${view.attempt}` : '', view.metrics['weak_crypto'] === 1 ? 'outdated SSH algorithms' : ''].filter((part) => part !== '');
  return (
    <>
      <header className={classes['head']}>
        <span className={classes['kind']} title={typeLabel}>
          <DeviceIcon type={type} />
        </span>
        <div className={classes['names']}>
          <h3 className={classes['title']} title={view.title}>
            {view.title}
          </h3>
          <div className={classes['where']}>{where.join(' · ')}</div>
        </div>
        <StateBadge state={view.state} />
      </header>
      <div className={classes['phases']}>
        <span className={classes['dots']} aria-hidden>
          {phases.dots.map((dot, index) => (
            <span key={PHASES[index]?.id} className={classes['dot']} data-dot={dot} title={PHASES[index]?.label} />
          ))}
        </span>
        <span className={classes['phaseText']}>{phases.text}</span>
      </div>
    </>
  );
});

interface NumbersProps {
  readonly packets: number | undefined;
  readonly dropped: number;
  readonly bytes: number | undefined;
  readonly files: number | undefined;
  readonly packetRate: number | undefined;
  readonly byteRate: number | undefined;
}

const Numbers = memo(function Numbers({ packets, dropped, bytes, files, packetRate, byteRate }: NumbersProps) {
  return (
    <dl className={classes['numbers']}>
      <div>
        <dt>Packets</dt>
        <dd className="num">{packets === undefined ? '–' : formatCount(packets)}</dd>
        <dd className={`num ${classes['rate']}`}>{packetRate !== undefined ? formatPacketRate(packetRate) : dropped > 0 ? `${formatCount(dropped)} dropped` : ''}</dd>
      </div>
      <div>
        <dt>Data</dt>
        <dd className="num">{bytes === undefined ? '–' : formatBytes(bytes)}</dd>
        <dd className={`num ${classes['rate']}`}>{byteRate === undefined ? filesNote(files) : formatByteRate(byteRate)}</dd>
      </div>
    </dl>
  );
});

const CardFoot = memo(function CardFoot({ view, message }: { view: TargetView; message: string | null }) {
  return (
    <>
      {view.error === null ? null : <Failure code={view.error.code} message={view.error.message} retryable={view.error.retryable} />}
      <footer className={classes['foot']}>
        {view.error === null ? (
          <p className={classes['message']} title={message ?? undefined}>
            {message ?? ''}
          </p>
        ) : (
          <span className={classes['code']}>
            <code className="mono">{view.error.code}</code>
            <CopyIcon value={`${view.error.code}: ${view.error.message}`} label="Copy error" />
          </span>
        )}
        <TranscriptButton targetId={view.target_id} title={view.title} />
      </footer>
    </>
  );
});

function Failure({ code, message, retryable }: { code: string; message: string; retryable: boolean }) {
  const advice = adviceFor(code, retryable);
  return (
    <div className={classes['failure']}>
      <p className={classes['reason']}>{message}</p>
      <p className={classes['advice']}>
        {advice.text} {advice.to === undefined ? null : <Link to={advice.to}>{advice.label}</Link>}
      </p>
    </div>
  );
}

function TranscriptButton({ targetId, title }: { targetId: string; title: string }) {
  const transcript = useTranscript(targetId);
  return transcript.exists ? (
    <Tooltip label={transcript.blocked ?? 'Every command and answer, without secrets'}>
      <Button variant="subtle" color="gray" size="compact-xs" leftSection={<IconFileText size={14} aria-hidden />} data-disabled={transcript.blocked !== undefined || undefined} onClick={transcript.open}>
        Transcript<span className="visually-hidden"> of {title}</span>
      </Button>
    </Tooltip>
  ) : null;
}

function filesNote(files: number | undefined): string {
  return files === undefined || files === 0 ? '' : files === 1 ? '1 file' : `${files} files`;
}
