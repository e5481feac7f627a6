import type { SessionEvent } from '@capstan/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useRuntime } from '../runtime';

/** The part of the history that has been read. */
export interface ReadEvents {
  readonly events: readonly SessionEvent[];
  readonly last: number;
}

const AT_ONCE = 1_000;
/** Changes come in bursts; the log is read behind them at most this often, in ms. */
const READ_EVERY_MS = 400;

/** The history of a session; what is missing behind the last read event is read whenever `sequence` has grown. */
export function useEventLog(id: string, sequence: number) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const key = ['session-events', id] as const;
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<ReadEvents> => {
      const known = queries.getQueryData<ReadEvents>(key) ?? { events: [], last: 0 };
      const events = [...known.events];
      let last = known.last;
      for (;;) {
        const page = await api.call('sessionEvents', { params: { id }, query: { after: last, limit: AT_ONCE }, signal });
        events.push(...page.events);
        last = page.events.at(-1)?.sequence ?? last;
        if (page.events.length < AT_ONCE) {
          return { events, last };
        }
      }
    },
    structuralSharing: false,
  });
  const behind = query.data !== undefined && query.data.last < sequence;
  useEffect(() => {
    if (!behind) {
      return undefined;
    }
    const timer = window.setTimeout(() => void queries.invalidateQueries({ queryKey: ['session-events', id] }, { cancelRefetch: false }), READ_EVERY_MS);
    return () => window.clearTimeout(timer);
    // `dataUpdatedAt`: when a read did not reach the end, there is another one.
  }, [behind, id, queries, sequence, query.dataUpdatedAt]);
  return query;
}
