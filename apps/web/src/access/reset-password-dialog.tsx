import type { UserView } from '@capstan/contracts';
import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayProblem } from '../design/feedback';
import { useRuntime } from '../runtime';
import { OneTimeSecret } from './one-time-secret';
import { useOneTimePassword } from './use-one-time-password';
import classes from '../inventory/inventory.module.css';

/** Replaces the password of a user who has lost it. */
export function ResetPasswordDialog({ user, onClose }: { user: UserView | undefined; onClose: () => void }) {
  return (
    <Modal opened={user !== undefined} onClose={onClose} title="Set a one-time password" size="md">
      {user === undefined ? null : <ResetForm key={user.user_id} user={user} onClose={onClose} />}
    </Modal>
  );
}

function ResetForm({ user, onClose }: { user: UserView; onClose: () => void }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const password = useOneTimePassword();
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);
  const set = async (): Promise<void> => {
    setBusy(true);
    try {
      await api.call('updateUser', { params: { id: user.user_id }, body: { password } });
      setDone(true);
      await queries.invalidateQueries({ queryKey: ['users'] });
    } catch (error) {
      sayProblem('The password was not changed', error);
    } finally {
      setBusy(false);
    }
  };
  return done ? (
    <OneTimeSecret value={password} label="One-time password" onDone={onClose}>
      Give {user.display_name} this password. A new one must be chosen at the next sign-in.
    </OneTimeSecret>
  ) : (
    <div className={classes['form']}>
      <p style={{ margin: 0, fontSize: 13 }}>The present password of {user.display_name} stops working. The new one is shown once.</p>
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button loading={busy} onClick={() => void set()} data-autofocus>
          Set password
        </Button>
      </div>
    </div>
  );
}
