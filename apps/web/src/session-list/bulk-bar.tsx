import type { SessionSummary } from '@capstan/contracts';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem } from '../api/problem';
import { ConfirmDialog } from '../design/confirm-dialog';
import { say, sayProblem } from '../design/feedback';
import { isTerminal } from '../design/status';
import { SESSION_LISTS } from '../live/use-sessions-feed';
import { useMay, useRuntime } from '../runtime';
import classes from './session-list.module.css';

/** What can be done with the selected sessions. */
export function BulkBar({ sessions, selected, onDone }: { sessions: readonly SessionSummary[]; selected: ReadonlySet<string>; onDone: () => void }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const may = useMay('sessions:write');
  const [asking, setAsking] = useState<'cancel' | 'delete'>();
  const [busy, setBusy] = useState(false);
  const chosen = sessions.filter((session) => selected.has(session.session_id));
  const running = chosen.filter((session) => !isTerminal(session.state));
  if (chosen.length === 0 || !may) {
    return null;
  }
  const run = async (what: 'cancelSession' | 'deleteSession', which: readonly SessionSummary[]): Promise<void> => {
    setBusy(true);
    const results = await Promise.allSettled(which.map((session) => api.call(what, { params: { id: session.session_id } })));
    const failed = results.filter((result) => result.status === 'rejected');
    const word = what === 'deleteSession' ? 'deleted' : 'cancelled';
    if (failed[0] === undefined) {
      say(`${count(which.length)} ${word}`);
    } else {
      sayProblem(`${which.length - failed.length} of ${which.length} ${word}`, asProblem(failed[0].reason));
    }
    setBusy(false);
    setAsking(undefined);
    onDone();
    void queries.invalidateQueries({ queryKey: SESSION_LISTS });
  };
  return (
    <div className={classes['bulk']} role="region" aria-label="Selected sessions">
      <span className="num">{count(chosen.length)} selected</span>
      <Button variant="default" disabled={running.length === 0} onClick={() => setAsking('cancel')}>
        Cancel {running.length === 0 ? '' : running.length}
      </Button>
      <Button variant="outline" color="red" onClick={() => setAsking('delete')}>
        Delete {chosen.length}
      </Button>
      <Button variant="subtle" color="gray" onClick={onDone}>
        Clear selection
      </Button>
      <ConfirmDialog opened={asking === 'cancel'} title={`Cancel ${count(running.length)}?`} confirm="Cancel and discard" danger busy={busy} onClose={() => setAsking(undefined)} onConfirm={() => void run('cancelSession', running)}>
        The devices are cleaned and what was captured so far is thrown away. To keep it, stop the sessions instead.
      </ConfirmDialog>
      <ConfirmDialog opened={asking === 'delete'} title={`Delete ${count(chosen.length)}?`} confirm="Delete for good" typed={`delete ${chosen.length}`} danger busy={busy} onClose={() => setAsking(undefined)} onConfirm={() => void run('deleteSession', chosen)}>
        Their history and every stored file are removed. {running.length === 0 ? '' : `${count(running.length)} still running will be cancelled first.`}
      </ConfirmDialog>
    </div>
  );
}

function count(n: number): string {
  return n === 1 ? '1 session' : `${n} sessions`;
}
