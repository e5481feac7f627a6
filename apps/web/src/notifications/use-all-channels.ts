import type { ChannelView } from '@capstan/contracts';
import { useQuery } from '@tanstack/react-query';
import { useRuntime } from '../runtime';
import { CHANNELS } from './query-keys';

const PER_PAGE = 100;

/** Every channel, by name; for choices and for the names of ids. */
export function useAllChannels() {
  const { api } = useRuntime();
  return useQuery({
    queryKey: [...CHANNELS, 'all'],
    queryFn: async ({ signal }) => {
      const all: ChannelView[] = [];
      for (let page = 1; ; page += 1) {
        const { channels, total } = await api.call('listChannels', { query: { page, per_page: PER_PAGE }, signal });
        all.push(...channels);
        if (channels.length < PER_PAGE || all.length >= total) {
          return all;
        }
      }
    },
  });
}
