import type { SessionSummary } from '@capstan/contracts';
import { Button, Tooltip } from '@mantine/core';
import { IconDeviceFloppy, IconDownload, IconLock, IconLockOpen, IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerStopFilled, IconRefresh, IconTrash, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { download } from '../api/download';
import { newKey } from '../api/new-key';
import { ConfirmDialog } from '../design/confirm-dialog';
import { say, sayProblem } from '../design/feedback';
import { fold, type LiveSession } from '../live/live-session';
import { liveKey } from '../live/use-live-session';
import { useRuntime, useUser } from '../runtime';
import { HoldDialog } from './hold-dialog';
import { actionsFor, type SessionAction } from './available-actions';

const LOOKS: Record<SessionAction, { label: string; icon: ReactNode; variant: 'filled' | 'default' | 'outline'; color?: string }> = {
  pause: { label: 'Pause', icon: <IconPlayerPauseFilled size={14} aria-hidden />, variant: 'default' },
  resume: { label: 'Resume', icon: <IconPlayerPlayFilled size={14} aria-hidden />, variant: 'default' },
  stop: { label: 'Stop', icon: <IconPlayerStopFilled size={14} aria-hidden />, variant: 'filled' },
  cancel: { label: 'Cancel', icon: <IconX size={14} aria-hidden />, variant: 'default' },
  download: { label: 'Download', icon: <IconDownload size={14} aria-hidden />, variant: 'filled' },
  collect: { label: 'Collect again', icon: <IconDeviceFloppy size={14} aria-hidden />, variant: 'default' },
  retry: { label: 'Retry failed', icon: <IconRefresh size={14} aria-hidden />, variant: 'default' },
  hold: { label: 'Hold', icon: <IconLock size={14} aria-hidden />, variant: 'default' },
  release: { label: 'Let go', icon: <IconLockOpen size={14} aria-hidden />, variant: 'default' },
  delete: { label: 'Delete', icon: <IconTrash size={14} aria-hidden />, variant: 'default' },
};

const EXPLAIN: Record<SessionAction, string> = {
  pause: 'Hold still and keep the devices; the pause does not count',
  resume: 'Go on where the pause began',
  stop: 'End the captures now and keep what they have',
  cancel: 'Clean the devices and throw the data away',
  download: 'Everything as one ZIP with manifest and checksums',
  collect: 'Fetch the files that still lie on devices, without capturing again',
  retry: 'A new session of the targets that did not complete',
  hold: 'Keep the session whatever the policies say',
  release: 'Hold the session no more',
  delete: 'Remove the session and everything it stored',
};

/** The buttons of a session. */
export function SessionActions({ session, collectable }: { session: SessionSummary; collectable: number }) {
  const { api } = useRuntime();
  const user = useUser();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState<SessionAction>();
  const [asking, setAsking] = useState<'cancel' | 'delete' | 'hold'>();
  const params = { id: session.session_id };

  const take = (answer: SessionSummary): void => {
    queries.setQueryData<LiveSession>(liveKey(session.session_id), (state) => fold(state, { type: 'state', data: { session: answer, sequence: answer.sequence } }));
  };
  const work: Record<SessionAction, () => Promise<void>> = {
    pause: async () => take((await api.call('pauseSession', { params })).session),
    resume: async () => take((await api.call('resumeSession', { params })).session),
    stop: async () => take((await api.call('stopSession', { params })).session),
    cancel: async () => take((await api.call('cancelSession', { params })).session),
    download: () => download(api, 'session', session.session_id),
    collect: async () => {
      const child = await api.call('retryCollectCaptureSession', { params, idempotencyKey: newKey() });
      await navigate(`/sessions/${child.session_id}`);
    },
    retry: async () => {
      const child = await api.call('retrySession', { params, body: { only: 'failed' }, idempotencyKey: newKey() });
      await navigate(`/sessions/${child.session.session_id}`);
    },
    // The dialog has the reason.
    hold: () => Promise.resolve(setAsking('hold')),
    release: async () => take((await api.call('releaseSession', { params })).session),
    delete: async () => {
      await api.call('deleteSession', { params });
      await navigate('/sessions');
      queries.removeQueries({ queryKey: liveKey(session.session_id) });
      say(`“${session.name}” is deleted`);
    },
  };
  const run = async (action: SessionAction): Promise<void> => {
    setBusy(action);
    try {
      await work[action]();
    } catch (error) {
      sayProblem(`${LOOKS[action].label} did not work`, error);
    } finally {
      setBusy(undefined);
      setAsking(undefined);
    }
  };

  return (
    <>
      {actionsFor(session, user.permissions, collectable).map(({ action, blocked }) => {
        const look = LOOKS[action];
        return (
          <Tooltip key={action} label={blocked ?? EXPLAIN[action]}>
            <Button
              variant={look.variant}
              leftSection={look.icon}
              loading={busy === action && asking === undefined}
              // Not `disabled`: the reason must be reachable by hover and keyboard.
              data-disabled={blocked !== undefined || undefined}
              aria-disabled={blocked !== undefined}
              onClick={() => {
                if (blocked === undefined) {
                  if (action === 'cancel' || action === 'delete' || action === 'hold') {
                    setAsking(action);
                  } else {
                    void run(action);
                  }
                }
              }}
            >
              {look.label}
            </Button>
          </Tooltip>
        );
      })}
      <ConfirmDialog opened={asking === 'cancel'} title="Cancel this session?" confirm="Cancel and discard" danger busy={busy === 'cancel'} onClose={() => setAsking(undefined)} onConfirm={() => void run('cancel')}>
        The devices are cleaned and everything captured so far is thrown away. To keep it, use Stop instead.
      </ConfirmDialog>
      <HoldDialog opened={asking === 'hold'} session={session} onClose={() => setAsking(undefined)} onHeld={take} />
      <ConfirmDialog opened={asking === 'delete'} title="Delete this session?" confirm="Delete for good" typed="delete" danger busy={busy === 'delete'} onClose={() => setAsking(undefined)} onConfirm={() => void run('delete')}>
        “{session.name}”, its history and {session.artifact_count === 1 ? 'its stored file' : `its ${session.artifact_count} stored files`} are removed. This cannot be undone.
      </ConfirmDialog>
    </>
  );
}
