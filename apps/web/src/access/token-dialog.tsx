import type { Permission } from '@capstan/contracts';
import { Alert, Button, Checkbox, Modal, Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type ApiProblem, asProblem } from '../api/problem';
import { useRuntime } from '../runtime';
import { OneTimeSecret } from './one-time-secret';
import { TOKEN_PERMISSIONS } from './roles';
import classes from '../inventory/inventory.module.css';

const LIFETIMES = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'never', label: 'Never' },
];

/** Makes a token and shows it once. */
export function TokenDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="New API token" size="md" closeOnClickOutside={false}>
      <TokenForm onClose={onClose} />
    </Modal>
  );
}

function TokenForm({ onClose }: { onClose: () => void }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [permissions, setPermissions] = useState<string[]>(['sessions:read']);
  const [lifetime, setLifetime] = useState('90');
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const [token, setToken] = useState<string>();
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const made = await api.call('createToken', { body: { name: name.trim(), permissions: permissions as Permission[], expires_in_days: lifetime === 'never' ? null : Number(lifetime) } });
      setToken(made.token);
      await queries.invalidateQueries({ queryKey: ['tokens'] });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  if (token !== undefined) {
    return (
      <OneTimeSecret value={token} label="API token" onDone={onClose}>
        Copy the token now: it is not kept and cannot be shown again.
      </OneTimeSecret>
    );
  }
  return (
    <form className={classes['form']} onSubmit={(event) => void send(event)} aria-label="New API token">
      {problem === undefined ? null : (
        <Alert color="red" role="alert">
          {problem.fields[0]?.message ?? problem.message}
        </Alert>
      )}
      <TextInput data-autofocus label="Name" description="What will use it" size="xs" maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Checkbox.Group label="It may" size="xs" value={permissions} onChange={setPermissions}>
        <div style={{ display: 'flex', flexDirection: 'column', gap: 8, paddingTop: 4 }}>
          {TOKEN_PERMISSIONS.map(({ value, label }) => (
            <Checkbox
              key={value}
              size="xs"
              value={value}
              label={
                <>
                  {label} <span className="mono muted">{value}</span>
                </>
              }
            />
          ))}
        </div>
      </Checkbox.Group>
      <Select label="Expires" size="xs" allowDeselect={false} data={LIFETIMES} value={lifetime} onChange={(value) => value !== null && setLifetime(value)} />
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" loading={busy} disabled={name.trim() === '' || permissions.length === 0}>
          Make token
        </Button>
      </div>
    </form>
  );
}
