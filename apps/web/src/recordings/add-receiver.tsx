import { RECEIVER_PROTOCOLS, type ReceiverProtocol } from '@capstan/contracts';
import { Button, Modal, NumberInput, PasswordInput, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { sayProblem } from '../design/feedback';
import { useRuntime } from '../runtime';
import classes from './recordings.module.css';

const PORTS: Readonly<Record<ReceiverProtocol, number>> = { kiwisdr: 8_073, rtl_tcp: 1_234, http_iq: 80 };
const BANDS: Readonly<Record<ReceiverProtocol, readonly [number, number, number]>> = {
  kiwisdr: [0, 30_000_000, 12_000],
  rtl_tcp: [24_000_000, 1_766_000_000, 12_500],
  http_iq: [0, 30_000_000, 12_000],
};

/** A button, and the dialog behind it. */
export function AddReceiver({ onAdded }: { onAdded: () => void }) {
  const { api } = useRuntime();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [name, setName] = useState('');
  const [host, setHost] = useState('');
  const [protocol, setProtocol] = useState<ReceiverProtocol>('kiwisdr');
  const [port, setPort] = useState<number | string>(PORTS.kiwisdr);
  const [password, setPassword] = useState('');
  const [latitude, setLatitude] = useState<number | string>('');
  const [longitude, setLongitude] = useState<number | string>('');
  const choose = (value: string | null): void => {
    const chosen = RECEIVER_PROTOCOLS.find((known) => known === value) ?? 'kiwisdr';
    setProtocol(chosen);
    setPort(PORTS[chosen]);
  };
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const [low, high, rate] = BANDS[protocol];
    const place = (value: number | string): number | null => (value === '' ? null : Number(value));
    try {
      await api.call('createReceiver', { body: { name, host, protocol, port: Number(port), latitude: place(latitude), longitude: place(longitude), frequency_min_hz: low, frequency_max_hz: high, sample_rate_hz: rate, ...(password === '' ? {} : { password }) } });
      setPassword('');
      setOpen(false);
      onAdded();
    } catch (error) {
      sayProblem('The receiver was not added', error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>Add receiver</Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="Add receiver">
        <form className={classes['form']} onSubmit={(event) => void add(event)}>
          <TextInput label="Name" required maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Select label="Protocol" allowDeselect={false} value={protocol} onChange={choose} data={[...RECEIVER_PROTOCOLS]} />
          <TextInput label="Host" required maxLength={253} value={host} onChange={(event) => setHost(event.currentTarget.value)} />
          <NumberInput label="Port" required min={1} max={65_535} value={port} onChange={setPort} />
          {protocol === 'kiwisdr' ? (
            <PasswordInput label="Password" description="Only if the receiver asks for one. It is kept sealed and never shown again." maxLength={1_000} autoComplete="off" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          ) : null}
          <NumberInput label="Latitude" min={-90} max={90} decimalScale={6} value={latitude} onChange={setLatitude} />
          <NumberInput label="Longitude" min={-180} max={180} decimalScale={6} value={longitude} onChange={setLongitude} />
          <Button type="submit" loading={busy}>
            Add
          </Button>
        </form>
      </Modal>
    </>
  );
}
