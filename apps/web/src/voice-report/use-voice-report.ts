import type { VoiceReport } from '@capstan/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { newKey } from '../api/new-key';
import { asProblem } from '../api/problem';
import { say, sayProblem } from '../design/feedback';
import { useRuntime } from '../runtime';
import { absenceOf, type ReportAbsence } from './report-state';

/** A report, or why there is none. */
export type ReportView = { readonly kind: 'loading' } | ReportAbsence | { readonly kind: 'ready'; readonly report: VoiceReport };

/** Key of the answer about a session's report. */
export const reportKey = (id: string): readonly [string, string] => ['voice-report', id];

/**
 * The voice report of a session. Asked again while it is being made; the socket tells at once when it is stored.
 * @param enabled false where it is known otherwise that there is nothing to ask for yet
 */
export function useVoiceReport(id: string, enabled = true): { readonly view: ReportView; readonly error: unknown; readonly refetch: () => void } {
  const { api, live } = useRuntime();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: reportKey(id),
    enabled,
    queryFn: ({ signal }) => api.call('voiceReport', { params: { id }, signal }),
    // A stored report does not change by itself.
    staleTime: Infinity,
    structuralSharing: false,
    retry: (count, error) => asProblem(error).transient && count < 3,
    refetchInterval: ({ state }) => {
      const absence = state.error === null ? undefined : absenceOf(asProblem(state.error));
      return absence?.kind === 'running' ? absence.retryAfterSec * 1_000 : false;
    },
  });
  useEffect(() => {
    const leave = [
      live.hear('session:artifact', ({ session_id: session, artifact }) => {
        if (session === id && artifact.kind === 'voice-report') {
          void queries.invalidateQueries({ queryKey: reportKey(id) });
        }
      }),
      live.hear('session:state', ({ session }) => {
        // The end of the session is the begin of its analysis.
        if (session.session_id === id && session.completed_at !== null && queries.getQueryData(reportKey(id)) === undefined) {
          void queries.invalidateQueries({ queryKey: reportKey(id) });
        }
      }),
      live.take(`session:${id}`),
    ];
    return () => leave.forEach((undo) => undo());
  }, [id, live, queries]);
  const view: ReportView = query.data !== undefined ? { kind: 'ready', report: query.data } : query.error !== null ? absenceOf(asProblem(query.error)) : { kind: 'loading' };
  return { view, error: query.error, refetch: () => void query.refetch() };
}

/** Orders the analysis once more. */
export function useAnalyseAgain(id: string): { readonly busy: boolean; readonly run: () => void } {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const order = useMutation({
    mutationFn: () => api.call('analyseCaptureSession', { params: { id }, idempotencyKey: newKey() }),
    onSuccess: async () => {
      say('The captures are analysed again');
      await queries.resetQueries({ queryKey: reportKey(id) });
    },
    onError: (error) => sayProblem('The analysis was not started', error),
  });
  return { busy: order.isPending, run: () => order.mutate() };
}
