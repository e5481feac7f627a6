import type { RecordingProgress, RecordingView, ServerMessages } from '@capstan/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useRuntime } from '../runtime';

/** Key of one recording. */
export const recordingKey = (id: string): readonly unknown[] => ['recording', id];

/** Something about a receiver's signal that deserves a look. */
export type RecordingWarning = ServerMessages['session:warning'];

/** A recording that stays true while it runs, and how far it is. */
export function useRecording(id: string | undefined): { recording: RecordingView | undefined; progress: RecordingProgress | undefined; warnings: readonly RecordingWarning[]; error: unknown } {
  const { api, live } = useRuntime();
  const queries = useQueryClient();
  const [progress, setProgress] = useState<RecordingProgress>();
  const [warnings, setWarnings] = useState<readonly RecordingWarning[]>([]);
  const query = useQuery({ queryKey: recordingKey(id ?? ''), enabled: id !== undefined, queryFn: ({ signal }) => api.call('getRecording', { params: { id: id ?? '' }, signal }) });
  useEffect(() => {
    if (id === undefined) {
      return undefined;
    }
    const reread = (): void => void queries.invalidateQueries({ queryKey: recordingKey(id) });
    const leave = [
      live.take('recordings'),
      live.hear('session:status_update', ({ session_id, recording }) => {
        if (session_id === id) {
          queries.setQueryData(recordingKey(id), { recording });
        }
      }),
      live.hear('session:progress', (message) => {
        // Live numbers of targets have the same name.
        const told = message as unknown as Partial<RecordingProgress>;
        if (told.session_id === id && told.chunk_index !== undefined) {
          setProgress(told as RecordingProgress);
        }
      }),
      live.hear('session:warning', (warning) => (warning.session_id === id ? setWarnings((known) => [...known, warning]) : undefined)),
      live.hear('session:receiver', ({ session_id }) => (session_id === id ? reread() : undefined)),
      live.hear('session:finished', ({ session_id }) => (session_id === id ? reread() : undefined)),
      live.onCatchUp(reread),
    ];
    return () => leave.forEach((undo) => undo());
  }, [id, live, queries]);
  return { recording: query.data?.recording, progress, warnings, error: query.error };
}
