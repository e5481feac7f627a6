import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { useRuntime } from '../runtime';
import { fold, foldAll, type LiveMessage, type LiveSession } from './live-session';

/** Facts that arrive within this time, in ms, are drawn together. */
const DRAW_FACTS_AFTER_MS = 40;
/** Fifty targets report two hundred times a second; nobody reads numbers faster than this, in ms. */
const DRAW_PROGRESS_AFTER_MS = 250;
/** How often REST is asked while no socket can be opened, in ms. */
const WITHOUT_SOCKET_MS = 5_000;

/** Key of a session's folded state. */
export const liveKey = (id: string): readonly [string, string] => ['live-session', id];

/** One session, live: read once over REST, kept true by the socket, by REST again where no socket comes through. */
export function useLiveSession(id: string) {
  const { api, live } = useRuntime();
  const queries = useQueryClient();
  const link = useSyncExternalStore(live.onLinkChange, live.linkState);

  const query = useQuery({
    queryKey: liveKey(id),
    queryFn: async ({ signal }): Promise<LiveSession> => {
      const [{ session }, { artifacts }] = await Promise.all([api.call('getSession', { params: { id }, signal }), api.call('sessionArtifacts', { params: { id }, signal })]);
      const known = queries.getQueryData<LiveSession>(liveKey(id));
      const next = fold(known, { type: 'snapshot', data: { session, artifacts, sequence: session.sequence } });
      if (next === undefined) {
        throw new Error('A snapshot gives a session');
      }
      return next;
    },
    staleTime: 0,
    structuralSharing: false,
    refetchOnWindowFocus: !link.online,
    refetchInterval: link.online ? false : WITHOUT_SOCKET_MS,
  });

  useEffect(() => {
    const { push, stop } = batched(queries, id);
    const mine = (message: { session_id: string }): boolean => message.session_id === id;
    const leave = [
      live.hear('session:snapshot', (data) => mine(data.session) && push({ type: 'snapshot', data })),
      live.hear('session:state', (data) => mine(data.session) && push({ type: 'state', data })),
      live.hear('session:target', (data) => mine(data) && push({ type: 'target', data })),
      live.hear('session:artifact', (data) => mine(data) && push({ type: 'artifact', data })),
      live.hear('session:progress', (data) => mine(data) && push({ type: 'progress', data })),
      live.hear('session:deleted', (data) => mine(data) && push({ type: 'deleted' })),
      live.take(`session:${id}`),
    ];
    return () => {
      leave.forEach((undo) => undo());
      stop();
    };
  }, [id, live, queries]);

  return query;
}

function batched(queries: QueryClient, id: string): { push: (message: LiveMessage) => void; stop: () => void } {
  let waiting: LiveMessage[] = [];
  let timer = 0;
  let due = Infinity;
  const draw = (): void => {
    timer = 0;
    due = Infinity;
    const messages = waiting;
    waiting = [];
    queries.setQueryData<LiveSession>(liveKey(id), (state) => foldAll(state, messages));
  };
  return {
    push(message) {
      waiting.push(message);
      const wait = message.type === 'progress' ? DRAW_PROGRESS_AFTER_MS : DRAW_FACTS_AFTER_MS;
      const at = performance.now() + wait;
      if (at < due) {
        window.clearTimeout(timer);
        due = at;
        timer = window.setTimeout(draw, wait);
      }
    },
    stop() {
      window.clearTimeout(timer);
    },
  };
}
