import type { SessionSummary } from '@capstan/contracts';
import { useState } from 'react';
import { saveText } from '../design/csv';
import { sayProblem } from '../design/feedback';
import { useRuntime } from '../runtime';
import { sessionsCsv } from './csv';
import { type ListFilter, queryOf } from './list-filter';

/** More is a job for the API. */
const MOST = 10_000;

/** Reads every session that matches and hands it to the browser as a file. */
export function useCsvExport(filter: ListFilter): { busy: boolean; run: () => Promise<void> } {
  const { api, clock } = useRuntime();
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      const found = new Map<string, SessionSummary>();
      for (let page = 1; page * 100 <= MOST; page += 1) {
        const { sessions, total } = await api.call('listSessions', { query: queryOf({ ...filter, page, perPage: 100 }, clock.now()) });
        sessions.forEach((session) => found.set(session.session_id, session));
        if (sessions.length < 100 || found.size >= total) {
          break;
        }
      }
      saveText(sessionsCsv([...found.values()]), `capstan-sessions-${new Date(clock.now()).toISOString().slice(0, 10)}.csv`);
    } catch (error) {
      sayProblem('The export did not finish', error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, run };
}
