import type { CameraView } from '@capstan/contracts';
import { Button, Modal, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { newKey } from '../api/new-key';
import { sayProblem } from '../design/feedback';
import { useRuntime } from '../runtime';
import { PictureWishFields, PLAIN_WISH, wishBody } from './picture-wish';
import classes from './cameras.module.css';

/** Which cameras: a group, or some that were chosen one by one. */
type Subject = { readonly cameras: readonly Pick<CameraView, 'id' | 'name'>[] } | { readonly group: { readonly id: string; readonly name: string } };

/** Takes pictures of many cameras at one moment, as a session with one bundle. */
export function BatchSnapshotDialog({ opened, onClose, ...subject }: Subject & { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Take snapshots" size="md">
      <BatchSnapshotForm {...subject} />
    </Modal>
  );
}

function BatchSnapshotForm(subject: Subject) {
  const { api } = useRuntime();
  const navigate = useNavigate();
  const [name, setName] = useState('group' in subject ? `Snapshot of ${subject.group.name}` : '');
  const [wish, setWish] = useState(PLAIN_WISH);
  const [busy, setBusy] = useState(false);
  const count = 'group' in subject ? undefined : subject.cameras.length;
  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const given = name.trim() === '' ? `Snapshot of ${count === 1 ? '1 camera' : `${count} cameras`}` : name.trim().slice(0, 100);
      const { session } =
        'group' in subject
          ? await api.call('snapshotCameraGroup', { params: { id: subject.group.id }, body: { ...wishBody(wish), name: given }, idempotencyKey: newKey() })
          : await api.call('createSession', { body: { name: given, targets: subject.cameras.map((camera) => ({ kind: 'snapshot' as const, camera_id: camera.id, camera_name: camera.name, ...wishBody(wish) })) }, idempotencyKey: newKey() });
      await navigate(`/sessions/${session.session_id}`);
    } catch (error) {
      sayProblem('The pictures were not taken', error);
      setBusy(false);
    }
  };
  return (
    <form className={classes['form']} onSubmit={(event) => void start(event)} aria-label="Take snapshots">
      <p className={classes['note']}>The cameras are woken, and give the picture of the same moment. Each answers for itself: one that fails holds up none of the others.</p>
      <TextInput data-autofocus label="Name of the session" size="xs" maxLength={100} placeholder={count === undefined ? '' : `Snapshot of ${count === 1 ? '1 camera' : `${count} cameras`}`} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <PictureWishFields wish={wish} onChange={(part) => setWish((before) => ({ ...before, ...part }))} />
      <Button type="submit" loading={busy}>
        Take {count === undefined ? 'the pictures' : count === 1 ? '1 picture' : `${count} pictures`}
      </Button>
    </form>
  );
}
