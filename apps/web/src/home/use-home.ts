import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { isTerminal } from '../design/status';
import { SESSION_LISTS } from '../live/use-sessions-feed';
import { useMay, useRuntime } from '../runtime';
import { MOST_FAILURES } from './figures';

const AHEAD_MS = 7 * 86_400_000;
const CHANGES_SHOWN = 6;

/**
 * Every session that is not over. Two questions find them: everything that capture does not hold is over within minutes and
 * so among the newest; what captures for days is found by its state.
 */
export function useRunning() {
  const { api } = useRuntime();
  const newest = useQuery({ queryKey: [...SESSION_LISTS, 'newest'], queryFn: ({ signal }) => api.call('listSessions', { query: { per_page: 50 }, signal }) });
  const capturing = useQuery({ queryKey: [...SESSION_LISTS, 'capturing'], queryFn: ({ signal }) => api.call('listSessions', { query: { per_page: 50, status: 'capturing' }, signal }) });
  const found = new Map([...(newest.data?.sessions ?? []), ...(capturing.data?.sessions ?? [])].map((session) => [session.session_id, session]));
  const known = newest.data !== undefined && capturing.data !== undefined;
  return {
    known,
    running: [...found.values()].filter((session) => !isTerminal(session.state)).sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at)),
    error: newest.error ?? capturing.error,
    retry: (): void => void Promise.all([newest.refetch(), capturing.refetch()]),
  };
}

/** The last sessions that did not end whole, newest first. */
export function useFailures() {
  const { api } = useRuntime();
  const partial = useQuery({ queryKey: [...SESSION_LISTS, 'last', 'partial'], queryFn: ({ signal }) => api.call('listSessions', { query: { per_page: MOST_FAILURES, status: 'partial' }, signal }) });
  const failed = useQuery({ queryKey: [...SESSION_LISTS, 'last', 'failed'], queryFn: ({ signal }) => api.call('listSessions', { query: { per_page: MOST_FAILURES, status: 'failed' }, signal }) });
  return {
    known: partial.data !== undefined && failed.data !== undefined,
    failures: [...(partial.data?.sessions ?? []), ...(failed.data?.sessions ?? [])].sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at)),
    error: partial.error ?? failed.error,
    retry: (): void => void Promise.all([partial.refetch(), failed.refetch()]),
  };
}

/** The next instants of all schedules, within a week. */
export function useNextRuns() {
  const { api, clock } = useRuntime();
  return useQuery({
    queryKey: ['calendar', 'next'],
    queryFn: async ({ signal }) => (await api.call('calendar', { query: { since: new Date(clock.now()).toISOString(), until: new Date(clock.now() + AHEAD_MS).toISOString() }, signal })).planned,
    refetchInterval: 30_000,
  });
}

/** What devices have become within a day, newest first, and how much of it there is. */
export function useRecentChanges() {
  const { api } = useRuntime();
  const may = useMay('devices:read');
  return useQuery({ queryKey: ['changes', 'home'], enabled: may, refetchInterval: 30_000, queryFn: ({ signal }) => api.call('listChanges', { query: { hours: 24, per_page: CHANGES_SHOWN }, signal }) });
}

/** How much of everything is stored; the same answer as that of its own page. */
export function useStorage() {
  const { api } = useRuntime();
  const may = useMay('storage:read');
  return useQuery({ queryKey: ['storage'], enabled: may, refetchInterval: 60_000, queryFn: ({ signal }) => api.call('storage', { signal }) });
}

/** The receivers that are in use; true as long as the page is open. */
export function useReceivers() {
  const { api, live } = useRuntime();
  const queries = useQueryClient();
  const may = useMay('recordings:read');
  useEffect(() => {
    const again = (): void => void queries.invalidateQueries({ queryKey: ['receivers'] });
    const leave = may ? [live.take('receivers'), live.hear('receiver:health', again), live.onCatchUp(again)] : [];
    return () => leave.forEach((undo) => undo());
  }, [live, may, queries]);
  return useQuery({ queryKey: ['receivers', 'home'], enabled: may, queryFn: ({ signal }) => api.call('listReceivers', { query: { include_inactive: 'false', per_page: 100 }, signal }) });
}
