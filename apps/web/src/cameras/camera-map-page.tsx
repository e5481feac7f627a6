import type { CameraView } from '@capstan/contracts';
import { useQuery } from '@tanstack/react-query';
import { Empty, ProblemNotice } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { PlaceMap } from '../map/place-map';
import { useRuntime } from '../runtime';
import { stateWords } from './camera-words';
import { CAMERAS, useCamerasFeed } from './use-cameras';

/** Cameras per request; as many as the API gives. */
const PER_PAGE = 100;

/** Where the cameras are, and which of them want somebody. */
export function CameraMapPage() {
  useCamerasFeed();
  const { api } = useRuntime();
  const list = useQuery({
    queryKey: [...CAMERAS, 'all'],
    queryFn: async ({ signal }) => {
      const found: CameraView[] = [];
      for (let page = 1; ; page += 1) {
        const { cameras, total } = await api.call('listCameras', { query: { page, per_page: PER_PAGE }, signal });
        found.push(...cameras);
        if (found.length >= total || cameras.length === 0) {
          return found;
        }
      }
    },
  });
  const cameras = list.data ?? [];
  const places = cameras.flatMap(({ id, name, state, latitude, longitude }) => (latitude === null || longitude === null ? [] : [{ id, name, latitude, longitude, status: stateWords(state).status, note: stateWords(state).label, to: `/cameras/${id}` }]));
  const without = cameras.length - places.length;
  return (
    <Page title="Map of the cameras" back={{ to: '/cameras', label: 'Cameras' }} description={without === 0 || places.length === 0 ? undefined : `${without} of ${cameras.length} cameras have no location yet.`}>
      {list.error === null ? null : <ProblemNotice error={list.error} title="The cameras could not be loaded" retry={() => void list.refetch()} />}
      {list.data !== undefined && places.length === 0 ? (
        <Panel>
          <Empty title="No camera has a location">Latitude and longitude are in each camera’s settings, and are columns of the import.</Empty>
        </Panel>
      ) : (
        <Panel padded={false}>
          <PlaceMap label="Map of the cameras" places={places} />
        </Panel>
      )}
    </Page>
  );
}
