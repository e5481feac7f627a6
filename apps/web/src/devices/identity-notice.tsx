import type { DeviceIdentity, DeviceView } from '@capstan/contracts';
import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { ConfirmDialog } from '../design/confirm-dialog';
import { say, sayProblem } from '../design/feedback';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { identityFacts } from './device-words';
import { useKeepDevice } from './use-devices';
import classes from './devices.module.css';

/** Another device answers: what was known, what is there now, and the question whether that is right. */
export function IdentityNotice({ device }: { device: DeviceView }) {
  const { api } = useRuntime();
  const keep = useKeepDevice();
  const mayWrite = useMay('devices:write');
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { identity, identity_alarm: alarm } = device;
  if (alarm === null || identity === null) {
    return null;
  }
  const accept = async (): Promise<void> => {
    setBusy(true);
    try {
      keep((await api.call('acknowledgeDeviceIdentity', { params: { id: device.id } })).device);
      say(`${device.name} has a new identity`);
    } catch (error) {
      sayProblem('The identity was not taken', error);
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };
  return (
    <Alert color="yellow" icon={<IconAlertTriangle size={16} aria-hidden />} title="Another device answers at this address" role="alert">
      <div className={classes['alarm']}>
        <p>
          Since <TimeText iso={alarm.since} form="minute" />. What is collected is kept, but not compared with what was there before.
        </p>
        <div className={classes['identities']}>
          <Identity title="Known" identity={identity} />
          <Identity title="Answers now" identity={alarm.observed} />
        </div>
        {mayWrite ? (
          <div>
            <Button variant="default" onClick={() => setAsking(true)}>
              It is the device now
            </Button>
          </div>
        ) : null}
      </div>
      <ConfirmDialog opened={asking} title="Take the new identity?" confirm="It is the device now" busy={busy} onClose={() => setAsking(false)} onConfirm={() => void accept()}>
        Do this when the device was replaced. From the next collection on, what it says is compared with what {device.name} said before.
      </ConfirmDialog>
    </Alert>
  );
}

/** What a device says it is. */
export function Identity({ title, identity }: { title: string; identity: DeviceIdentity }) {
  return (
    <section aria-label={title}>
      <h3 className={classes['identityTitle']}>{title}</h3>
      <dl className={classes['facts']}>
        {identityFacts(identity).map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={label === 'Calls itself' || label === 'Model' ? undefined : 'mono'}>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Seen</dt>
          <dd>
            <TimeText iso={identity.observed_at} form="ago" />
          </dd>
        </div>
      </dl>
    </section>
  );
}
