import type { CameraView } from '@capstan/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useMay, useRuntime } from '../runtime';
import { withHealth } from './camera-live';

/** Key of everything that is read about cameras. */
export const CAMERAS = ['cameras'] as const;
/** Key of one camera. */
export const cameraKey = (id: string): readonly unknown[] => [...CAMERAS, 'one', id];
/** Key of what was stored of one camera. */
export const snapshotsKey = (id: string): readonly unknown[] => ['snapshots', id];
/** Key of one camera's health. */
export const healthKey = (id: string): readonly unknown[] => ['camera-health', id];

/** Milliseconds within which counts follow states. */
const RECOUNT_MS = 1_000;

/** Keeps every list of cameras, every camera and its health true while the calling page is open. */
export function useCamerasFeed(): void {
  const queries = useQueryClient();
  const { live } = useRuntime();
  useEffect(() => {
    let timer = 0;
    const recount = (): void => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        void queries.invalidateQueries({ queryKey: CAMERAS });
      }, RECOUNT_MS);
    };
    const leave = [
      live.take('cameras'),
      live.hear('camera:health', (message) => {
        queries.setQueriesData<{ cameras: CameraView[] }>({ queryKey: [...CAMERAS, 'list'] }, (page) => {
          const known = page?.cameras.find(({ id }) => id === message.camera_id);
          const next = known === undefined ? known : withHealth(known, message);
          return page === undefined || next === undefined || next === known ? page : { ...page, cameras: page.cameras.map((camera) => (camera === known ? next : camera)) };
        });
        queries.setQueryData<{ camera: CameraView }>(cameraKey(message.camera_id), (held) => {
          const next = held === undefined ? undefined : withHealth(held.camera, message);
          return held === undefined || next === held.camera || next === undefined ? held : { camera: next };
        });
        void queries.invalidateQueries({ queryKey: healthKey(message.camera_id) });
        if (message.previous_state !== message.sample.state || message.opened.length > 0 || message.closed.length > 0) {
          recount();
        }
      }),
      live.onCatchUp(recount),
    ];
    return () => {
      window.clearTimeout(timer);
      leave.forEach((undo) => undo());
    };
  }, [live, queries]);
}

/** Every group, in its order. */
export function useGroups() {
  const { api } = useRuntime();
  return useQuery({ queryKey: [...CAMERAS, 'groups'], queryFn: ({ signal }) => api.call('listCameraGroups', { query: { per_page: 100 }, signal }) });
}

/** Counts over all cameras. */
export function useCameraSummary() {
  const { api } = useRuntime();
  const may = useMay('cameras:read');
  return useQuery({ queryKey: [...CAMERAS, 'summary'], enabled: may, refetchInterval: 30_000, queryFn: ({ signal }) => api.call('cameraSummary', { signal }) });
}
