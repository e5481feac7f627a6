import type { CreateCredentialBody, CredentialView } from '@capstan/contracts';
import { Alert, Button, Modal, PasswordInput, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { newKey } from '../api/new-key';
import { type ApiProblem, asProblem } from '../api/problem';
import { say } from '../design/feedback';
import { useRuntime } from '../runtime';
import classes from './inventory.module.css';

type Kind = CreateCredentialBody['kind'];
const EMPTY = { name: '', kind: 'password' as Kind, username: '', password: '', private_key: '', passphrase: '', enable_secret: '' };

interface AddCredentialProps {
  readonly onClose: () => void;
  /** Told of the new one, before the dialog closes. */
  readonly onStored?: (credential: CredentialView) => void;
}

/** Keeps a new credential. */
export function AddCredentialDialog({ opened, onClose, onStored }: AddCredentialProps & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Add credential" size="md">
      <AddCredentialForm onClose={onClose} onStored={onStored} />
    </Modal>
  );
}

function AddCredentialForm({ onClose, onStored }: AddCredentialProps) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const [form, setForm] = useState(EMPTY);
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<typeof EMPTY>): void => {
    setForm((before) => ({ ...before, ...part }));
    setProblem(undefined);
  };
  const at = (path: string): string | undefined => problem?.fields.find((field) => field.path === path)?.message ?? (path === 'name' && problem?.code === 'NAME_TAKEN' ? 'is taken' : undefined);
  const key = form.kind === 'ssh_key';
  const complete = form.name.trim() !== '' && form.username.trim() !== '' && (key ? form.private_key !== '' : form.password !== '');

  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    // It may stand in a dialog of another form.
    event.stopPropagation();
    if (!complete) {
      return;
    }
    setBusy(true);
    try {
      const given = (text: string): string | undefined => (text === '' ? undefined : text);
      const { credential } = await api.call('createCredential', {
        idempotencyKey: newKey(),
        body: {
          name: form.name.trim(),
          kind: form.kind,
          username: form.username.trim(),
          ...(key ? { private_key: form.private_key, passphrase: given(form.passphrase) } : { password: form.password }),
          enable_secret: given(form.enable_secret),
        },
      });
      await queries.invalidateQueries({ queryKey: ['credentials'] });
      say(`“${form.name.trim()}” is stored`);
      onStored?.(credential);
      onClose();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <form className={classes['form']} onSubmit={(event) => void send(event)} aria-label="Add credential">
      {problem === undefined || problem.fields.length > 0 || problem.code === 'NAME_TAKEN' ? null : (
        <Alert color="red" role="alert">
          {problem.message}
        </Alert>
      )}
      <TextInput data-autofocus label="Name" size="xs" maxLength={100} value={form.name} onChange={(event) => set({ name: event.currentTarget.value })} error={at('name')} />
      <SegmentedControl
        size="xs"
        aria-label="Kind"
        data={[
          { value: 'password', label: 'Password' },
          { value: 'ssh_key', label: 'SSH key' },
          { value: 'app_password', label: 'App password' },
        ]}
        value={form.kind}
        onChange={(kind) => set({ kind: kind as Kind })}
      />
      <TextInput label="User name" size="xs" maxLength={200} spellCheck={false} autoCapitalize="none" autoComplete="off" value={form.username} onChange={(event) => set({ username: event.currentTarget.value })} error={at('username')} />
      {key ? (
        <>
          <Textarea label="Private key" size="xs" rows={6} spellCheck={false} autoComplete="off" placeholder="-----BEGIN OPENSSH PRIVATE KEY-----" classNames={{ input: 'mono' }} value={form.private_key} onChange={(event) => set({ private_key: event.currentTarget.value })} error={at('private_key')} />
          <PasswordInput label="Passphrase, if the key has one" size="xs" autoComplete="new-password" value={form.passphrase} onChange={(event) => set({ passphrase: event.currentTarget.value })} error={at('passphrase')} />
        </>
      ) : (
        <PasswordInput label="Password" size="xs" autoComplete="new-password" value={form.password} onChange={(event) => set({ password: event.currentTarget.value })} error={at('password')} />
      )}
      <PasswordInput label="Enable secret, if the device asks for one" size="xs" autoComplete="new-password" value={form.enable_secret} onChange={(event) => set({ enable_secret: event.currentTarget.value })} error={at('enable_secret')} />
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" loading={busy} disabled={!complete}>
          Store
        </Button>
      </div>
    </form>
  );
}
