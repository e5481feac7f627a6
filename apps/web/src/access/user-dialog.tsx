import type { Role } from '@capstan/contracts';
import { Alert, Button, Modal, Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { newKey } from '../api/new-key';
import { type ApiProblem, asProblem } from '../api/problem';
import { CopyIcon } from '../design/copy-button';
import { useRuntime } from '../runtime';
import { ROLE_LABELS, ROLE_NAMES } from './roles';
import { OneTimeSecret } from './one-time-secret';
import { useOneTimePassword } from './use-one-time-password';
import classes from '../inventory/inventory.module.css';

/** Adds a user with a one-time password. */
export function UserDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Add user" size="md">
      <UserForm onClose={onClose} />
    </Modal>
  );
}

function UserForm({ onClose }: { onClose: () => void }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const [username, setUsername] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const password = useOneTimePassword();
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const [added, setAdded] = useState(false);
  const at = (path: string): string | undefined => problem?.fields.find((field) => field.path === path)?.message ?? (path === 'username' && problem?.code === 'NAME_TAKEN' ? 'is taken' : undefined);

  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await api.call('createUser', { idempotencyKey: newKey(), body: { username: username.trim(), display_name: name.trim() === '' ? undefined : name.trim(), role, password } });
      setAdded(true);
      await queries.invalidateQueries({ queryKey: ['users'] });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  if (added) {
    return (
      <OneTimeSecret value={password} label="One-time password" onDone={onClose}>
        Give {username.trim()} this password. It works once: a new one must be chosen at the first sign-in.
      </OneTimeSecret>
    );
  }
  return (
    <form className={classes['form']} onSubmit={(event) => void send(event)} aria-label="Add user">
      {problem === undefined || problem.fields.length > 0 || problem.code === 'NAME_TAKEN' ? null : (
        <Alert color="red" role="alert">
          {problem.message}
        </Alert>
      )}
      <TextInput data-autofocus label="User name" description="To sign in with: letters, digits, dot, hyphen, underscore, at sign." size="xs" maxLength={60} spellCheck={false} autoCapitalize="none" autoComplete="off" value={username} onChange={(event) => setUsername(event.currentTarget.value)} error={at('username')} />
      <TextInput label="Display name" size="xs" maxLength={100} autoComplete="off" value={name} onChange={(event) => setName(event.currentTarget.value)} error={at('display_name')} />
      <Select label="Role" size="xs" allowDeselect={false} data={ROLE_NAMES.map((value) => ({ value, label: ROLE_LABELS[value] }))} value={role} onChange={(value) => value !== null && setRole(value as Role)} />
      <TextInput label="One-time password" size="xs" readOnly value={password} classNames={{ input: 'mono' }} rightSection={<CopyIcon value={password} label="Copy password" />} error={at('password')} />
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" loading={busy} disabled={username.trim().length < 2}>
          Add user
        </Button>
      </div>
    </form>
  );
}
