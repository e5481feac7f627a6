import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useRuntime } from '../runtime';
import { addressText } from './device-words';
import { DEVICES, useDevice } from './use-devices';

interface JumpHostSelectProps {
  /** Id; empty for none. */
  readonly value: string;
  /** A device is not reached through itself. */
  readonly self: string | undefined;
  readonly error: string | undefined;
  readonly onChange: (id: string) => void;
}

/** Another device of the inventory, found by what is typed. */
export function JumpHostSelect({ value, self, error, onChange }: JumpHostSelectProps) {
  const { api } = useRuntime();
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 200);
  const found = useQuery({ queryKey: [...DEVICES, 'jump-hosts', q], queryFn: ({ signal }) => api.call('listDevices', { query: { q, per_page: 20 }, signal }), placeholderData: keepPreviousData });
  const chosen = useChosen(value);
  const devices = (found.data?.devices ?? []).filter(({ id }) => id !== self);
  const all = chosen === undefined || devices.some(({ id }) => id === chosen.id) ? devices : [chosen, ...devices];
  return (
    <Select
      label="Jump host"
      description="The device through which this one is reached."
      size="xs"
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'No jump host' }}
      placeholder="Reached directly"
      nothingFoundMessage="No device of this name"
      // The server has searched already.
      filter={({ options }) => options}
      data={all.map((device) => ({ value: device.id, label: `${device.name} (${addressText(device)})` }))}
      value={value === '' ? null : value}
      onSearchChange={(typed) => setText(/ \(.*\)$/.test(typed) ? '' : typed)}
      onChange={(id) => onChange(id ?? '')}
      error={error}
    />
  );
}

function useChosen(id: string) {
  const device = useDevice(id === '' ? 'none' : id, id !== '');
  return device.data;
}
