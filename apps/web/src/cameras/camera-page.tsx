import type { CameraView } from '@capstan/contracts';
import { Alert, Button, Menu, Skeleton, Tabs } from '@mantine/core';
import { IconAlertTriangle, IconDots, IconPlugConnected } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { asProblem } from '../api/problem';
import { ConfirmDialog } from '../design/confirm-dialog';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { CameraStateBadge, OpenEvents } from './camera-marks';
import { CameraOverview } from './camera-overview';
import { mismatchText, stateWords } from './camera-words';
import { CameraHealthTab } from './camera-health-tab';
import { CameraSettings } from './camera-settings';
import { SnapshotsTab } from './snapshots-tab';
import { TestConnectionDialog } from './test-connection-dialog';
import { CAMERAS, cameraKey, useCamerasFeed, useGroups } from './use-cameras';
import classes from './cameras.module.css';

const BACK = { to: '/cameras', label: 'Cameras' } as const;
const TABS = ['overview', 'health', 'snapshots', 'settings'] as const;

/** One camera: what it sees, how it is, what was kept, how it is set. */
export function CameraPage() {
  const { id = '' } = useParams();
  // A page of its own for each camera: no picture of one may stay on the screen of the next.
  return <CameraLoader key={id} id={id} />;
}

function CameraLoader({ id }: { id: string }) {
  useCamerasFeed();
  const { api } = useRuntime();
  const query = useQuery({ queryKey: cameraKey(id), queryFn: ({ signal }) => api.call('getCamera', { params: { id }, signal }) });
  if (query.data !== undefined) {
    return <CameraDetails camera={query.data.camera} />;
  }
  if (!query.isError) {
    return (
      <Page title="Camera" back={BACK}>
        <Skeleton height={420} radius={8} />
      </Page>
    );
  }
  const gone = ['CAMERA_NOT_FOUND', 'VALIDATION_FAILED'].includes(asProblem(query.error).code);
  return (
    <Page title={gone ? 'No such camera' : 'Camera'} back={BACK}>
      {gone ? (
        <Empty
          title="This camera is not here"
          action={
            <Button component={Link} to="/cameras" variant="default">
              Back to Cameras
            </Button>
          }
        >
          It may have been deleted, or the link is not complete.
        </Empty>
      ) : (
        <ProblemNotice error={query.error} retry={() => void query.refetch()} />
      )}
    </Page>
  );
}

function CameraDetails({ camera }: { camera: CameraView }) {
  const [search, setSearch] = useSearchParams();
  const [testing, setTesting] = useState(false);
  const groups = useGroups();
  const mayWrite = useMay('cameras:write');
  const asked = search.get('tab');
  const tab = TABS.find((name) => name === asked && (name !== 'settings' || mayWrite)) ?? 'overview';
  const group = groups.data?.groups.find(({ id }) => id === camera.group_id);
  const { advice } = stateWords(camera.state);
  return (
    <Page
      title={camera.name}
      back={BACK}
      mark={
        <>
          <CameraStateBadge state={camera.state} />
          <OpenEvents camera={camera} />
        </>
      }
      description={
        <span className={classes['meta']}>
          {camera.location === null ? null : <span>{camera.location}</span>}
          {group === undefined ? null : <Link to={`/cameras?group=${group.id}`}>{group.name}</Link>}
          <span className="mono">{camera.rtsp_url}</span>
        </span>
      }
      actions={
        <>
          <Button variant="default" leftSection={<IconPlugConnected size={14} aria-hidden />} onClick={() => setTesting(true)}>
            Test connection
          </Button>
          {mayWrite ? <MoreActions camera={camera} /> : null}
        </>
      }
    >
      {advice === '' || camera.state === 'unknown' ? null : (
        <Alert color={stateWords(camera.state).status === 'failed' ? 'red' : 'gray'} icon={<IconAlertTriangle size={16} aria-hidden />} title={stateWords(camera.state).label}>
          {camera.last_error === null || camera.state === 'disabled' ? '' : `${camera.last_error} `}
          {advice}
        </Alert>
      )}
      {camera.mismatches.length === 0 ? null : (
        <Alert color="gray" icon={<IconAlertTriangle size={16} aria-hidden />} title={`The ${mismatchText(camera.mismatches)} differ${camera.mismatches.length === 1 ? 's' : ''} from what is configured`}>
          Configured {camera.resolution ?? 'any size'}, {camera.fps} frames/s, {camera.codec}; it sends {camera.detected_resolution ?? 'an unknown size'}, {camera.detected_fps?.toFixed(1) ?? 'an unknown number of'} frames/s, {camera.detected_codec ?? 'an unknown codec'}.
        </Alert>
      )}
      <Tabs value={tab} onChange={(next) => setSearch(next === null || next === 'overview' ? {} : { tab: next }, { replace: true })} keepMounted={false}>
        <Tabs.List mb={16}>
          <Tabs.Tab value="overview">Live</Tabs.Tab>
          <Tabs.Tab value="health">Health</Tabs.Tab>
          <Tabs.Tab value="snapshots">Snapshots</Tabs.Tab>
          {mayWrite ? <Tabs.Tab value="settings">Settings</Tabs.Tab> : null}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <CameraOverview camera={camera} />
        </Tabs.Panel>
        <Tabs.Panel value="health">
          <CameraHealthTab camera={camera} />
        </Tabs.Panel>
        <Tabs.Panel value="snapshots">
          <SnapshotsTab camera={camera} />
        </Tabs.Panel>
        {mayWrite ? (
          <Tabs.Panel value="settings">
            <CameraSettings camera={camera} />
          </Tabs.Panel>
        ) : null}
      </Tabs>
      <TestConnectionDialog opened={testing} camera={camera} onClose={() => setTesting(false)} />
    </Page>
  );
}

function MoreActions({ camera }: { camera: CameraView }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const [busy, setBusy] = useState(false);
  const act = async (title: string, work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    await work().catch((error: unknown) => sayProblem(title, error));
    setBusy(false);
  };
  const toggle = (): void =>
    void act('The camera was not switched', async () => {
      queries.setQueryData(cameraKey(camera.id), await api.call('setCameraState', { params: { id: camera.id }, body: { is_active: !camera.is_active } }));
      void queries.invalidateQueries({ queryKey: CAMERAS });
    });
  const remove = (): void =>
    void act('The camera was not deleted', async () => {
      await api.call('deleteCamera', { params: { id: camera.id } });
      say(`“${camera.name}” is deleted`);
      await navigate('/cameras');
      void queries.invalidateQueries({ queryKey: CAMERAS });
    });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" px={8} aria-label="More actions" loading={busy}>
            <IconDots size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={toggle}>{camera.is_active ? 'Switch off' : 'Switch on'}</Menu.Item>
          <Menu.Item color="red" onClick={() => setDeleting(true)}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog opened={deleting} title={`Delete ${camera.name}?`} confirm="Delete for good" typed="delete" danger busy={busy} onClose={() => setDeleting(false)} onConfirm={remove}>
        Its snapshots, its health and its password are removed with it. Pictures in the bundles of sessions stay.
      </ConfirmDialog>
    </>
  );
}
