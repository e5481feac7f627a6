import type { SessionSummary } from '@capstan/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useRuntime } from '../runtime';

/** What every cached list of sessions looks like. */
export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  readonly total: number;
}

/** Key of everything that lists sessions. */
export const SESSION_LISTS = ['session-lists'] as const;

/** A row of a list becomes what a message says, unless the row is already newer. The same page when nothing changes. */
export function withHeader(page: SessionPage | undefined, header: SessionSummary): SessionPage | undefined {
  const known = page?.sessions.find((session) => session.session_id === header.session_id);
  if (page === undefined || known === undefined || known.sequence >= header.sequence) {
    return page;
  }
  return { ...page, sessions: page.sessions.map((session) => (session === known ? header : session)) };
}

/** Longest time a list may be wrong about which sessions it holds, in ms; rows change at once. */
const REREAD_AFTER_MS = 400;

/** Keeps every list of sessions true while the calling page is open. */
export function useSessionsFeed(): void {
  const queries = useQueryClient();
  const { live } = useRuntime();
  useEffect(() => {
    let timer = 0;
    const reread = (): void => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        void queries.invalidateQueries({ queryKey: SESSION_LISTS });
      }, REREAD_AFTER_MS);
    };
    const leave = [
      live.take('sessions'),
      live.hear('session:state', ({ session }) => {
        let membershipMayChange = true;
        for (const [key, page] of queries.getQueriesData<SessionPage>({ queryKey: SESSION_LISTS })) {
          const next = withHeader(page, session);
          if (next !== page) {
            queries.setQueryData(key, next);
          }
          const row = page?.sessions.find((known) => known.session_id === session.session_id);
          membershipMayChange &&= row === undefined || row.state !== session.state;
        }
        if (membershipMayChange) {
          reread();
        }
      }),
      live.hear('session:deleted', reread),
      live.onCatchUp(reread),
    ];
    return () => {
      window.clearTimeout(timer);
      leave.forEach((undo) => undo());
    };
  }, [live, queries]);
}
