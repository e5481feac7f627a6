import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { useRuntime } from '../runtime';
import { type CollectionMessage, fold, isOver, type LiveCollection, withSnapshot } from './collection-live';

/** Root of the keys of everything about collections. */
export const COLLECTIONS = ['collections'] as const;
const keyOf = (jobId: string): readonly string[] => [...COLLECTIONS, 'one', jobId];
/** Messages that arrive within this time, in ms, are drawn together. */
const DRAW_AFTER_MS = 60;
/** How often REST is asked while no socket can be opened, in ms. */
const WITHOUT_SOCKET_MS = 3_000;

/** One collection, live: read once over REST, kept true by the socket, by REST again where no socket comes through. */
export function useCollection(jobId: string) {
  const { api, live, clock } = useRuntime();
  const queries = useQueryClient();
  const link = useSyncExternalStore(live.onLinkChange, live.linkState);
  const query = useQuery({
    queryKey: keyOf(jobId),
    queryFn: async ({ signal }): Promise<LiveCollection> => withSnapshot(queries.getQueryData<LiveCollection>(keyOf(jobId)), await api.call('getCollection', { params: { job_id: jobId }, signal }), clock.now()),
    staleTime: 0,
    structuralSharing: false,
    refetchInterval: ({ state }) => (link.online || (state.data !== undefined && isOver(state.data.job)) ? false : WITHOUT_SOCKET_MS),
  });
  useEffect(() => {
    let waiting: CollectionMessage[] = [];
    let timer = 0;
    const draw = (): void => {
      timer = 0;
      const messages = waiting;
      waiting = [];
      queries.setQueryData<LiveCollection>(keyOf(jobId), (known) => (known === undefined ? known : messages.reduce(fold, known)));
      // The answer of the end has what no message brings, e.g. the ids of captures. What is told afterwards is that captures were loaded.
      const over = isOver(queries.getQueryData<LiveCollection>(keyOf(jobId))?.job ?? { status: 'queued' });
      if (messages.some(({ type }) => type === 'collection_complete' || (over && type === 'collection_progress'))) {
        void queries.invalidateQueries({ queryKey: keyOf(jobId) });
      }
    };
    const push = (message: CollectionMessage): void => {
      if (message.data.job_id === jobId) {
        waiting.push(message);
        timer ||= window.setTimeout(draw, DRAW_AFTER_MS);
      }
    };
    const hear = <Name extends CollectionMessage['type']>(type: Name): (() => void) => live.hear(type, (data) => push({ type, data, at: clock.now() } as CollectionMessage));
    const leave = [
      hear('collection_snapshot'),
      hear('collection_progress'),
      hear('device_started'),
      hear('capture_completed'),
      hear('device_completed'),
      hear('collection_complete'),
      hear('collection_error'),
      live.take(`collection:${jobId}`),
      live.onCatchUp(() => void queries.invalidateQueries({ queryKey: keyOf(jobId) })),
    ];
    return () => {
      leave.forEach((undo) => undo());
      window.clearTimeout(timer);
    };
  }, [clock, jobId, live, queries]);
  return query;
}
