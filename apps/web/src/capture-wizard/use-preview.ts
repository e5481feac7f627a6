import { capturePreviewBody } from '@capstan/contracts';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useRuntime } from '../runtime';
import type { DraftBody } from './draft';
import { askEach, type PreviewAnswer, type PreviewTarget } from './preview-questions';

/** Time without a change before the server is asked, in ms. */
const QUIET_MS = 350;
const ASKED = ['device_type', 'host', 'port', 'interface', 'buffer_mb', 'buffer', 'packet_limit', 'direction', 'control_plane', 'app_credential_id', 'takeover', 'tls_fingerprint'] as const;

/** What every target of a draft becomes on its device; undefined while the draft cannot be previewed. */
export function usePreview(body: DraftBody): { previews: readonly PreviewAnswer[] | undefined; error: Error | null; possible: boolean; current: boolean } {
  const { api } = useRuntime();
  const asked = useMemo(() => {
    const { mode, duration_sec, size_per_file_mb, max_files, filter, targets } = body;
    const question = capturePreviewBody.safeParse({
      mode,
      duration_sec,
      size_per_file_mb,
      max_files,
      filter,
      // So every device tells what it cannot do; what that means for the session is the draft's own choice.
      on_unsupported: 'post_filter',
      targets: targets.map((target) => Object.fromEntries(ASKED.flatMap((field) => (target[field] === undefined ? [] : [[field, target[field]]])))),
    });
    return question.success ? JSON.stringify(question.data) : undefined;
  }, [body]);
  const [quiet] = useDebouncedValue(asked, QUIET_MS);
  const query = useQuery({
    queryKey: ['capture-preview', quiet],
    enabled: quiet !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    queryFn: ({ signal }) => {
      const { targets, ...shared } = JSON.parse(quiet ?? '{}') as { targets: PreviewTarget[] };
      return askEach(targets, async (some) => (await api.call('capturePreview', { body: { ...shared, targets: some } as never, signal })).previews);
    },
  });
  return { previews: asked === undefined ? undefined : query.data, error: query.error, possible: asked !== undefined, current: asked === quiet && !query.isFetching };
}
