import type { CollectionDeviceResult } from '@capstan/contracts';
import { Button, SegmentedControl } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { memo, useMemo, useState } from 'react';
import { formatCount } from '../design/format';
import { Panel, Section } from '../design/page';
import { StatusIcon } from '../design/status-badge';
import { localTime } from '../design/time';
import { type LiveCollection, isOver, type LogLine } from './collection-live';
import { captureWords, deviceWords } from './collection-words';
import { captureTypeLabel } from './capture-type-words';
import classes from './collection.module.css';

type Shown = 'all' | 'running' | 'failed' | 'done';
const CARDS = 300;
const FITS: Record<Shown, (device: CollectionDeviceResult) => boolean> = {
  all: () => true,
  running: ({ status }) => status === 'running',
  failed: ({ status }) => status === 'failed' || status === 'cancelled',
  done: ({ status }) => status === 'success',
};

/** How it goes, device by device. It stays when the collection is over: nobody is sent away from what he looks at. */
export function CollectingStep({ state, onResults }: { state: LiveCollection; onResults: () => void }) {
  const { job } = state;
  const over = isOver(job);
  const figures = [
    { label: 'Running', value: job.devices_running, status: 'running' },
    { label: 'Completed', value: job.devices_succeeded, status: 'success' },
    { label: 'Failed', value: job.devices_failed, status: 'failed' },
    { label: 'Remaining', value: job.devices_remaining, status: 'pending' },
  ] as const;
  const percent = Math.round(job.progress);
  return (
    <>
      <Panel>
        <dl className={classes['figures']}>
          {figures.map(({ label, value, status }) => (
            <div key={label} data-status={status}>
              <dt>{label}</dt>
              <dd className="num">{formatCount(value)}</dd>
            </div>
          ))}
          <div data-status="pending">
            <dt>Progress</dt>
            <dd className="num">{percent} %</dd>
          </div>
        </dl>
        <div className={classes['bar']} role="progressbar" aria-label="Devices that are done" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
          <span style={{ transform: `scaleX(${job.progress / 100})` }} />
        </div>
        {over ? (
          <div className={classes['over']} role="status">
            <span>
              Collection complete: {formatCount(job.devices_succeeded)} succeeded, {formatCount(job.devices_failed)} failed{job.devices_cancelled > 0 ? `, ${formatCount(job.devices_cancelled)} cancelled` : ''}
            </span>
            <Button onClick={onResults} rightSection={<IconArrowRight size={14} aria-hidden />}>
              View Final Results
            </Button>
          </div>
        ) : null}
      </Panel>
      <div className={classes['live']}>
        <Devices state={state} />
        <Section title="Activity log">
          <Panel padded={false}>
            <div className={classes['log']} role="log" aria-label="Activity log" tabIndex={0}>
              {state.log.length === 0 ? <p className={classes['logEmpty']}>What happens while this page is open appears here.</p> : state.log.map((line) => <Line key={line.key} line={line} />)}
            </div>
          </Panel>
        </Section>
      </div>
    </>
  );
}

function Devices({ state }: { state: LiveCollection }) {
  const [shown, setShown] = useState<Shown>('all');
  const [all, setAll] = useState(false);
  const devices = useMemo(() => [...state.devices.values()].sort((a, b) => a.device_name.localeCompare(b.device_name, undefined, { numeric: true })), [state.devices]);
  const fitting = devices.filter(FITS[shown]);
  const cards = all ? fitting : fitting.slice(0, CARDS);
  return (
    <Section
      title="Devices"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Which devices"
          data={[
            { value: 'all', label: 'All' },
            { value: 'running', label: 'Running' },
            { value: 'failed', label: 'Failed' },
            { value: 'done', label: 'Done' },
          ]}
          value={shown}
          onChange={(value) => setShown(value as Shown)}
        />
      }
    >
      {fitting.length === 0 ? <p className="muted">No device is in this state.</p> : null}
      <ul className={classes['grid']} aria-label="Devices">
        {cards.map((device) => (
          <Card key={device.device_id} device={device} types={state.job.capture_types} />
        ))}
      </ul>
      {cards.length < fitting.length ? (
        <div>
          <Button variant="default" onClick={() => setAll(true)}>
            Show {formatCount(fitting.length - cards.length)} more
          </Button>
        </div>
      ) : null}
    </Section>
  );
}

const Card = memo(function Card({ device, types }: { device: CollectionDeviceResult; types: readonly string[] }) {
  const { status, label } = deviceWords(device.status);
  return (
    <li className={classes['card']} data-status={status}>
      <div className={classes['cardHead']}>
        <StatusIcon status={status} />
        <b>{device.device_name}</b>
        <span className={classes['cardState']}>{label}</span>
      </div>
      <span className="mono muted">{device.ip_address}</span>
      <span className={classes['dots']}>
        {types.filter((type) => device.status === 'queued' || device.status === 'running' || device.captures.some(({ capture_type: of }) => of === type)).map((type) => {
          const capture = device.captures.find(({ capture_type: of }) => of === type);
          const words = capture === undefined ? undefined : captureWords(capture.status);
          return <i key={type} data-status={words?.status ?? 'pending'} data-open={words === undefined || undefined} title={`${captureTypeLabel(type)}: ${words?.label ?? 'not yet'}`} />;
        })}
        <span className="visually-hidden">
          {device.captures.filter((capture) => capture.status === 'success').length} of {types.length} collected
        </span>
      </span>
      {device.error === null ? null : (
        <span className={classes['cardError']} title={device.error}>
          {device.error}
        </span>
      )}
    </li>
  );
});

const LINE_STATUS = { started: 'running', good: 'success', bad: 'failed' } as const;

function Line({ line }: { line: LogLine }) {
  return (
    <div className={classes['line']}>
      <span className={`num ${classes['lineTime']}`}>{localTime(new Date(line.at).toISOString()).slice(0, 8)}</span>
      <span>{line.kind === 'note' ? null : <StatusIcon status={LINE_STATUS[line.kind]} size={12} />}</span>
      <span className={classes['lineText']}>{line.text}</span>
    </div>
  );
}
