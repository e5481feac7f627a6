import type { CameraView, SnapshotView } from '@capstan/contracts';
import { Button, Checkbox, Select, UnstyledButton } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty, ProblemNotice } from '../design/feedback';
import { formatBytes, formatMilliseconds } from '../design/format';
import { Panel } from '../design/page';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { CompareDialog } from './compare-dialog';
import { FilmsPanel } from './films-panel';
import { IntervalPanel } from './interval-panel';
import { SnapshotDialog } from './snapshot-dialog';
import { StoredImage } from './stored-image';
import { snapshotsKey } from './use-cameras';
import classes from './cameras.module.css';
import own from './snapshots-tab.module.css';

const PER_PAGE = 24;
const PERIODS = [
  { value: '1', label: 'Last hour' },
  { value: '24', label: 'Last 24 hours' },
  { value: '168', label: 'Last 7 days' },
];
const HOUR_MS = 3_600_000;

/** What was kept of a camera, and what can be made of it. */
export function SnapshotsTab({ camera }: { camera: CameraView }) {
  const { api, clock } = useRuntime();
  const [page, setPage] = useState(1);
  const [hours, setHours] = useState<string | null>(null);
  const [picked, setPicked] = useState<readonly SnapshotView[]>([]);
  const [comparing, setComparing] = useState(false);
  const [opened, setOpened] = useState<SnapshotView>();
  const list = useQuery({
    queryKey: [...snapshotsKey(camera.id), page, hours],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.call('deviceSnapshots', { params: { device_id: camera.id }, query: { page, per_page: PER_PAGE, since: hours === null ? undefined : new Date(clock.now() - Number(hours) * HOUR_MS).toISOString() }, signal }),
  });
  const snapshots = list.data?.snapshots;
  const pick = (snapshot: SnapshotView, on: boolean): void => setPicked((before) => (on ? [...before, snapshot].slice(-2) : before.filter(({ id }) => id !== snapshot.id)));
  const index = snapshots?.findIndex(({ id }) => id === opened?.id) ?? -1;
  return (
    <div className={classes['stack']}>
      <div className={classes['healthHead']}>
        <Select
          aria-label="Period"
          placeholder="Any time"
          clearable
          size="xs"
          w={160}
          data={PERIODS}
          value={hours}
          onChange={(value) => {
            setHours(value);
            setPage(1);
          }}
          clearButtonProps={{ 'aria-label': 'Any time' }}
        />
        <span className={classes['row']}>
          <span className="muted">{picked.length === 0 ? 'Pick two to compare them' : picked.length === 1 ? 'Pick one more' : ''}</span>
          <Button variant="default" disabled={picked.length !== 2} onClick={() => setComparing(true)}>
            Compare
          </Button>
        </span>
      </div>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {snapshots?.length === 0 ? (
        <Panel>
          <Empty title={hours === null ? 'No snapshots yet' : 'No snapshots in this time'}>Pictures that are taken by hand or by the interval below are kept here until their time is over.</Empty>
        </Panel>
      ) : (
        <ul className={own['gallery']} aria-label="Snapshots" aria-busy={snapshots === undefined}>
          {snapshots?.map((snapshot) => (
            <li key={snapshot.id} className={own['shot']}>
              <UnstyledButton className={own['shotPicture'] ?? ''} onClick={() => setOpened(snapshot)} aria-label={`Open the snapshot of ${snapshot.captured_at}`}>
                <StoredImage id={snapshot.id} what={snapshot.has_thumbnail ? 'snapshotThumbnail' : 'snapshotBinary'} alt="" />
              </UnstyledButton>
              <div className={classes['shotText']}>
                <Checkbox size="xs" aria-label={`Compare the snapshot of ${snapshot.captured_at}`} checked={picked.some(({ id }) => id === snapshot.id)} onChange={(event) => pick(snapshot, event.currentTarget.checked)} />
                <TimeText iso={snapshot.captured_at} />
                {snapshot.legal_hold ? <IconLock size={12} aria-label="Held against retention" /> : null}
              </div>
              <div className={`num ${classes['shotFacts']}`}>
                {snapshot.width}×{snapshot.height} · {snapshot.image_format} · {formatBytes(snapshot.file_size)} · {formatMilliseconds(snapshot.frame_age_ms)} old
              </div>
            </li>
          ))}
        </ul>
      )}
      {(list.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={list.data?.total} onPage={setPage} /> : null}
      <div className={classes['pairPanels']}>
        <FilmsPanel camera={camera} total={list.data?.total ?? 0} />
        <IntervalPanel camera={camera} />
      </div>
      <SnapshotDialog snapshot={opened} onClose={() => setOpened(undefined)} onNewer={index > 0 ? () => setOpened(snapshots?.[index - 1]) : undefined} onOlder={index >= 0 && index < (snapshots?.length ?? 0) - 1 ? () => setOpened(snapshots?.[index + 1]) : undefined} />
      <CompareDialog opened={comparing && picked.length === 2} pair={picked} onClose={() => setComparing(false)} />
    </div>
  );
}
