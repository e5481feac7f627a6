import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRuntime } from '../runtime';
import { CAPTURE_TYPE_TEXTS } from './capture-type-words';
import type { CollectionDraft } from './collection-draft';
import { COLLECTIONS } from './use-collection';

/** The devices that a filter selects, and what can be collected. */
export function useCollectionChoices({ vendor, site, role }: Pick<CollectionDraft, 'vendor' | 'site' | 'role'>) {
  const { api } = useRuntime();
  const devices = useQuery({
    queryKey: [...COLLECTIONS, 'devices', vendor, site, role],
    queryFn: ({ signal }) => api.call('collectionDevices', { body: { vendor, site, role }, signal }),
    placeholderData: keepPreviousData,
  });
  const types = useQuery({ queryKey: [...COLLECTIONS, 'types'], queryFn: ({ signal }) => api.call('collectionCaptureTypes', { signal }), staleTime: 60_000 });
  const known = Object.keys(CAPTURE_TYPE_TEXTS);
  const own = (types.data?.capture_types ?? []).map(({ name }) => name).filter((name) => !known.includes(name));
  return { devices, typeNames: [...known, ...own] };
}
