import type { TargetView } from '@capstan/contracts';
import { memo } from 'react';
import { Link } from 'react-router';
import { Button, Tooltip } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { DEVICE_TYPE_LABELS, DeviceIcon } from './device-icon';
import { CopyIcon } from '../design/copy-button';
import { statusOf } from '../design/status';
import { StateBadge, StatusIcon } from '../design/status-badge';
import { useServerNow } from '../design/time-text';
import { type LiveTarget, ratesOf } from '../live/live-session';
import { adviceFor } from './advice';
import { isCollectable } from './available-actions';
import { PHASES, phasesOf } from './phases';
import { type CardNumber, needsClock, type NumberFacts, numbersFor } from './target-numbers';
import { useTranscript } from './transcript';
import classes from './target-card.module.css';

/** One target. What does not change with its numbers is not drawn again with them. */
export const TargetCard = memo(function TargetCard({ target }: { target: LiveTarget }) {
  const { view, metrics, message } = target;
  return (
    <article className={classes['card']} data-status={statusOf(view.state)} aria-label={view.title}>
      <CardHead view={view} weak={metrics['weak_crypto'] === 1} />
      {view.error !== null && metrics['packets_captured'] === undefined && metrics['bytes'] === undefined ? null : <Numbers target={target} />}
      <CardFoot view={view} message={message} />
    </article>
  );
});

const CardHead = memo(function CardHead({ view, weak }: { view: TargetView; weak: boolean }) {
  const spec = view.spec as { device_type?: string; port?: number; interface?: string };
  const phases = phasesOf(view);
  const type = spec.device_type ?? view.kind;
  const typeLabel = DEVICE_TYPE_LABELS[type] ?? type;
  const where = [typeLabel, spec.port === undefined ? '' : `port ${spec.port}`, spec.interface ?? '', view.attempt > 1 ? `attempt ${view.attempt}` : ''].filter((part) => part !== '');
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
          {weak ? (
            <Tooltip label="This device was reached with outdated SSH algorithms (SHA-1 or CBC), because it shares no others with Capstan. The transcript names them.">
              <span className={classes['weak']} tabIndex={0}>
                <StatusIcon status="attention" size={12} /> Weak SSH
              </span>
            </Tooltip>
          ) : null}
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

function Numbers({ target }: { target: LiveTarget }) {
  const { view, metrics } = target;
  const deviceType = (view.spec as { device_type?: string }).device_type ?? view.kind;
  const facts = { deviceType, metrics, rates: ratesOf(target) };
  // A clock draws its card every second: only where there is nothing else to see.
  return needsClock(facts) ? <TimedNumbers view={view} facts={facts} /> : <NumberList numbers={numbersFor({ ...facts, elapsedSec: undefined })} />;
}

function TimedNumbers({ view, facts }: { view: TargetView; facts: Omit<NumberFacts, 'elapsedSec'> }) {
  const now = useServerNow(1_000);
  const until = view.stopped_at === null ? now : Date.parse(view.stopped_at);
  return <NumberList numbers={numbersFor({ ...facts, elapsedSec: view.started_at === null ? undefined : Math.max(0, until - Date.parse(view.started_at)) / 1_000 })} />;
}

function NumberList({ numbers }: { numbers: readonly CardNumber[] }) {
  return (
    <dl className={classes['numbers']}>
      {numbers.map(({ label, value, note }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="num">{value}</dd>
          <dd className={`num ${classes['rate']}`}>{note}</dd>
        </div>
      ))}
    </dl>
  );
}

const CardFoot = memo(function CardFoot({ view, message }: { view: TargetView; message: string | null }) {
  return (
    <>
      {view.error === null ? null : <Failure code={view.error.code} message={view.error.message} retryable={view.error.retryable} collectable={isCollectable(view)} />}
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

function Failure({ code, message, retryable, collectable }: { code: string; message: string; retryable: boolean; collectable: boolean }) {
  const advice = adviceFor(code, retryable);
  return (
    <div className={classes['failure']}>
      <p className={classes['reason']}>{message}</p>
      {collectable ? <p className={classes['advice']}>Its files still lie on the device: “Collect again” fetches them without capturing again.</p> : null}
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
      <Button variant="subtle" color="gray" size="compact-xs" flex="none" leftSection={<IconFileText size={14} aria-hidden />} data-disabled={transcript.blocked !== undefined || undefined} onClick={transcript.open}>
        Transcript<span className="visually-hidden"> of {title}</span>
      </Button>
    </Tooltip>
  ) : null;
}
