import type { DeviceView } from '@capstan/contracts';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useRuntime } from '../runtime';
import { type DeviceListView, filterQuery, PER_PAGE } from './device-filter';

/** Root of the keys of everything about devices. */
export const DEVICES = ['devices'] as const;

/** Reads devices again when one of them turns out to be another. */
export function useDevicesFeed(): void {
  const { live } = useRuntime();
  const queries = useQueryClient();
  useEffect(() => {
    const again = (): void => void queries.invalidateQueries({ queryKey: DEVICES });
    const leave = [live.take('devices'), live.hear('device:identity', again), live.onCatchUp(again)];
    return () => leave.forEach((undo) => undo());
  }, [live, queries]);
}

/** What there is to filter by, and the platforms there are. */
export function useDeviceFacets() {
  const { api } = useRuntime();
  return useQuery({ queryKey: [...DEVICES, 'facets'], queryFn: ({ signal }) => api.call('deviceFacets', { signal }), placeholderData: keepPreviousData });
}

/** A page of devices. */
export function useDeviceList(view: DeviceListView) {
  const { api } = useRuntime();
  return useQuery({
    queryKey: [...DEVICES, 'list', view],
    queryFn: ({ signal }) => api.call('listDevices', { query: { ...filterQuery(view), sort: view.sort, order: view.descending ? 'desc' : 'asc', page: view.page, per_page: PER_PAGE }, signal }),
    placeholderData: keepPreviousData,
  });
}

/** One device. */
export function useDevice(id: string, enabled = true) {
  const { api } = useRuntime();
  return useQuery({ queryKey: [...DEVICES, 'one', id], enabled, queryFn: async ({ signal }) => (await api.call('getDevice', { params: { id }, signal })).device });
}

/** Takes a device that an answer brought, wherever it is shown. */
export function useKeepDevice(): (device: DeviceView) => void {
  const queries = useQueryClient();
  return (device) => {
    queries.setQueryData([...DEVICES, 'one', device.id], device);
    void queries.invalidateQueries({ queryKey: [...DEVICES, 'list'] });
    void queries.invalidateQueries({ queryKey: [...DEVICES, 'facets'] });
  };
}
