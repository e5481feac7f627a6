import type { SessionSummary } from '@capstan/contracts';
import { Button, Modal, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { asProblem } from '../api/problem';
import { useRuntime } from '../runtime';

interface HoldDialogProps {
  readonly opened: boolean;
  readonly session: SessionSummary;
  readonly onClose: () => void;
  readonly onHeld: (session: SessionSummary) => void;
}

/** Asks why a session is to stay. */
export function HoldDialog(props: HoldDialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Hold this session" size="md">
      <HoldForm {...props} />
    </Modal>
  );
}

function HoldForm({ session, onClose, onHeld }: HoldDialogProps) {
  const { api } = useRuntime();
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const hold = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      onHeld((await api.call('holdSession', { params: { id: session.session_id }, body: { reason } })).session);
      onClose();
    } catch (thrown) {
      const problem = asProblem(thrown);
      setError(problem.fields[0]?.message ?? problem.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void hold(event)}>
      <div style={{ display: 'flex', flexDirection: 'column', gap: 16 }}>
        <TextInput data-autofocus label="Why it must stay" description="No policy removes it, and nobody deletes it, until somebody lets it go." maxLength={200} value={reason} error={error} onChange={(event) => setReason(event.currentTarget.value)} />
        <div style={{ display: 'flex', justifyContent: 'flex-end', gap: 8 }}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" loading={busy} disabled={reason.trim() === ''}>
            Hold it
          </Button>
        </div>
      </div>
    </form>
  );
}
