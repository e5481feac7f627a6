import type { DeviceTestResult } from '@capstan/contracts';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Empty } from '../design/feedback';
import { formatMilliseconds } from '../design/format';
import { Panel, Section } from '../design/page';
import { StatusIcon } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { LIMITS } from './device-draft';
import { Tags } from './device-table';
import type { DeviceTabProps } from './device-tabs';
import { addressText, identityFacts, testAdvice } from './device-words';
import { useDevice } from './use-devices';
import classes from './devices.module.css';

const STEPS = { reach: 'Reach', login: 'Log in', fingerprint: 'Recognise' } as const;
const CRYPTO = { auto: 'Only where it has no others', always: 'Offered at once', never: 'Never' } as const;

/** What a device is, and how the last test of it went. */
export function DeviceOverview({ device }: DeviceTabProps) {
  const { api } = useRuntime();
  const credentials = useQuery({ queryKey: ['credentials', 'choices'], queryFn: ({ signal }) => api.call('listCredentials', { query: { per_page: 100 }, signal }) });
  const jump = useDevice(device.jump_host_id ?? 'none', device.jump_host_id !== null);
  const credential = credentials.data?.credentials.find(({ credential_id: id }) => id === device.credential_id);
  const limits = LIMITS.flatMap(({ name, label }) => (device.overrides[name] === undefined ? [] : [`${label} ${device.overrides[name]} s`]));
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Address', <span className="mono">{addressText(device)}</span>],
    ['Credential', device.credential_id === null ? <span className="muted">none</span> : (credential?.name ?? '…')],
    ['Jump host', device.jump_host_id === null ? <span className="muted">reached directly</span> : jump.data === undefined ? '…' : <Link to={`/inventory/devices/${jump.data.id}`}>{jump.data.name}</Link>],
    ['Vendor', device.vendor ?? <span className="muted">unknown</span>],
    ['Tags', device.tags.length === 0 ? <span className="muted">none</span> : <Tags tags={device.tags} />],
    ['Outdated SSH algorithms', CRYPTO[device.legacy_crypto]],
    ['Limits of its own', limits.length === 0 ? <span className="muted">none</span> : limits.join(', ')],
    ['Collected', device.last_collected_at === null ? <span className="muted">never</span> : <TimeText iso={device.last_collected_at} form="ago" />],
    [
      'Added',
      <>
        <TimeText iso={device.created_at} form="minute" /> by {device.created_by}
      </>,
    ],
    ...(device.notes === null ? [] : [['Notes', <span className={classes['notes']}>{device.notes}</span>] as const]),
  ];
  return (
    <div className={classes['overview']}>
      <Section title="Last test">
        <Panel>{device.last_test === null ? <Empty title="Not tested yet">A test reaches the device, logs in, and finds out what it is. Nothing is changed on it.</Empty> : <TestResult result={device.last_test} />}</Panel>
      </Section>
      <Section title="Identity">
        <Panel>
          {device.identity === null ? (
            <Empty title="Not known yet">A test or a collection finds out the serial number, the model and the version. When another serial number answers later, you are told.</Empty>
          ) : (
            <dl className={classes['facts']}>
              {identityFacts(device.identity).map(({ label, value }) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd className={label === 'Model' || label === 'Calls itself' ? undefined : 'mono'}>{value}</dd>
                </div>
              ))}
              <div>
                <dt>Seen</dt>
                <dd>
                  <TimeText iso={device.identity.observed_at} form="ago" />
                </dd>
              </div>
            </dl>
          )}
        </Panel>
      </Section>
      <Section title="Settings">
        <Panel>
          <dl className={classes['facts']}>
            {facts.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Panel>
      </Section>
    </div>
  );
}

function TestResult({ result }: { result: DeviceTestResult }) {
  const advice = result.error_code === null ? '' : testAdvice(result.error_code);
  const missing = (Object.keys(STEPS) as (keyof typeof STEPS)[]).filter((name) => !result.steps.some(({ step }) => step === name));
  return (
    <div className={classes['test']}>
      <p className={classes['testHead']}>
        <TimeText iso={result.tested_at} form="ago" />, in {formatMilliseconds(result.duration_ms)}
      </p>
      <ol className={classes['steps']} aria-label="Steps of the test">
        {result.steps.map(({ step, ok, ms, detail, error }) => (
          <li key={step}>
            <StatusIcon status={ok ? 'success' : 'failed'} />
            <div>
              <b>{STEPS[step]}</b>
              <span className="visually-hidden">{ok ? ': worked' : ': failed'}</span> <span className="muted num">{formatMilliseconds(ms)}</span>
              {detail === null || detail === '' ? null : <div className={`mono ${classes['detail']}`}>{detail}</div>}
              {error === null ? null : (
                <div className={classes['error']}>
                  {error.message} <span className="mono muted">{error.code}</span>
                </div>
              )}
            </div>
          </li>
        ))}
        {missing.map((step) => (
          <li key={step} className="muted">
            <StatusIcon status="pending" />
            <div>{STEPS[step]}: not come to</div>
          </li>
        ))}
      </ol>
      {advice === '' ? null : <p className={classes['advice']}>{advice}</p>}
    </div>
  );
}
