import type { Permission, SessionHold, SessionState, TargetView } from '@capstan/contracts';
import { isTerminal } from '../design/status';

/** What can be done with one session. */
export type SessionAction = 'pause' | 'resume' | 'stop' | 'cancel' | 'collect' | 'retry' | 'download' | 'hold' | 'release' | 'delete';

interface Facts {
  readonly state: SessionState;
  readonly completed_count: number;
  readonly target_count: number;
  readonly download_available: boolean;
  readonly stop_requested_at: string | null;
  readonly cancel_requested_at: string | null;
  readonly pausable: boolean;
  readonly paused_at: string | null;
  readonly hold: SessionHold | null;
}

/** Whether the files of a failed target still lie on its device, to be collected without capturing again. */
export function isCollectable({ error }: Pick<TargetView, 'error'>): boolean {
  return error?.details?.['collectable'] === true;
}

/**
 * The actions to show, in their order, each with the reason why it cannot be used now.
 * @param collectable targets whose files still lie on their devices
 */
export function actionsFor(session: Facts, permissions: readonly Permission[], collectable = 0): readonly { readonly action: SessionAction; readonly blocked?: string }[] {
  const mayWrite = permissions.includes('sessions:write');
  const mayDownload = permissions.includes('artifacts:download');
  const actions: { action: SessionAction; blocked?: string }[] = [];
  if (isTerminal(session.state)) {
    actions.push({
      action: 'download',
      blocked: !session.download_available ? 'Nothing was stored' : mayDownload ? undefined : 'Your role may not download captures',
    });
    if (mayWrite) {
      if (collectable > 0) {
        actions.push({ action: 'collect' });
      }
      if (session.completed_count < session.target_count) {
        actions.push({ action: 'retry' });
      }
      actions.push({ action: session.hold === null ? 'hold' : 'release' });
      actions.push({ action: 'delete', blocked: session.hold === null ? undefined : 'The session is held: let it go first' });
    }
    return actions;
  }
  if (mayWrite) {
    const cancelling = session.cancel_requested_at !== null;
    const stopping = session.stop_requested_at !== null || session.state === 'stopping' || session.state === 'collecting';
    if (session.pausable) {
      const early = session.state !== 'capturing' ? 'Nothing is captured yet' : undefined;
      const blocked = cancelling ? 'The session is being cancelled' : stopping ? 'The captures are ending already' : early;
      actions.push({ action: session.paused_at === null ? 'pause' : 'resume', blocked });
    }
    actions.push({ action: 'stop', blocked: cancelling ? 'The session is being cancelled' : stopping ? 'The captures are ending already' : undefined });
    actions.push({ action: 'cancel', blocked: cancelling ? 'The session is being cancelled' : undefined });
  }
  return actions;
}
