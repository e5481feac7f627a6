import type { CapturePreview } from '@capstan/contracts';
import { capturePreviewBody } from '@capstan/contracts';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useRuntime } from '../runtime';
import { bodyOf, type Draft } from './draft';

/** Time without a change before the server is asked, in ms. */
const QUIET_MS = 350;

/** The exact command of every target, as the server would send it; undefined while the draft cannot be previewed. */
export function usePreview(draft: Draft) {
  const { api } = useRuntime();
  const body = useMemo(() => {
    const { mode, duration_sec, size_per_file_mb, max_files, filter, targets } = bodyOf(draft, {});
    const asked = capturePreviewBody.safeParse({
      mode,
      duration_sec,
      size_per_file_mb,
      max_files,
      filter,
      targets: targets.map(({ device_type, host, port, interface: name }) => ({ device_type, host, port, interface: name })),
    });
    return asked.success ? JSON.stringify(asked.data) : undefined;
  }, [draft]);
  const [quiet] = useDebouncedValue(body, QUIET_MS);
  const query = useQuery({
    queryKey: ['capture-preview', quiet],
    enabled: quiet !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<readonly CapturePreview[]> => (await api.call('capturePreview', { body: JSON.parse(quiet ?? '{}') as never, signal })).previews,
  });
  return { previews: body === undefined ? undefined : query.data, error: query.error, possible: body !== undefined, current: body === quiet && !query.isFetching };
}
