import type { Permission } from '@capstan/contracts';
import { useQueries } from '@tanstack/react-query';
import { stateWords } from '../cameras/camera-words';
import { stateLabel } from '../design/status';
import { localMinute } from '../design/time';
import { useRuntime, useUser } from '../runtime';
import { PLACE_GROUPS } from '../shell/places';
import { destinations, type Found, foundCameras, foundDevices, type FoundGroup, foundReceivers, foundSessions, furtherSearches } from './found';

/** Things of each kind that are shown. */
const SHOWN = 5;
const PLACES = [
  ...PLACE_GROUPS.flatMap(({ places }) => places),
  { to: '/notifications/rules', label: 'Notification rules', needs: 'notifications:read' as const },
  { to: '/notifications/channels', label: 'Notification channels', needs: 'notifications:read' as const },
  { to: '/notifications/deliveries', label: 'Deliveries of notifications', needs: 'notifications:read' as const },
  { to: '/sessions/new', label: 'New capture', needs: 'sessions:write' as const },
  { to: '/collection/new', label: 'New collection', needs: 'sessions:write' as const },
  { to: '/account', label: 'Account' },
];

/** What every list knows about a text, one question to each at the same time. */
export function useFound(q: string): { readonly groups: readonly FoundGroup[]; readonly busy: boolean; readonly failed: readonly string[] } {
  const { api } = useRuntime();
  const { permissions } = useUser();
  const may = (permission: Permission): boolean => permissions.includes(permission);
  const query = { q, per_page: SHOWN };
  const kinds: readonly { readonly label: string; readonly needs: Permission; readonly find: (signal: AbortSignal) => Promise<Found[]> }[] = [
    { label: 'Sessions', needs: 'sessions:read', find: async (signal) => foundSessions((await api.call('listSessions', { query, signal })).sessions, stateLabel, localMinute) },
    { label: 'Devices', needs: 'devices:read', find: async (signal) => foundDevices((await api.call('listDevices', { query, signal })).devices) },
    { label: 'Cameras', needs: 'cameras:read', find: async (signal) => foundCameras((await api.call('listCameras', { query, signal })).cameras, (state) => stateWords(state).label) },
    { label: 'Receivers', needs: 'recordings:read', find: async (signal) => foundReceivers((await api.call('listReceivers', { query, signal })).receivers) },
  ];
  const asked = kinds.filter(({ needs }) => may(needs));
  const answers = useQueries({
    queries: asked.map(({ label, find }) => ({ queryKey: ['find', label, q], enabled: q !== '', retry: false, queryFn: ({ signal }: { signal: AbortSignal }) => find(signal) })),
  });
  const groups = [
    { label: 'Pages', items: destinations(q, PLACES, may).slice(0, SHOWN) },
    ...asked.map(({ label }, index) => ({ label, items: answers[index]?.data ?? [] })),
    { label: 'Further', items: furtherSearches(q, may) },
  ];
  return { groups: groups.filter(({ items }) => items.length > 0), busy: q !== '' && answers.some(({ isPending }) => isPending), failed: asked.filter((_, index) => answers[index]?.isError).map(({ label }) => label) };
}
