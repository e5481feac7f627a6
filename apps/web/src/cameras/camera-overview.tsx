import type { CameraView } from '@capstan/contracts';
import { Button, Popover, Select } from '@mantine/core';
import { IconCamera, IconChevronDown, IconRefresh } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { newKey } from '../api/new-key';
import { asProblem } from '../api/problem';
import { say, sayProblem } from '../design/feedback';
import { formatMilliseconds } from '../design/format';
import { Panel } from '../design/page';
import { TimeText, useServerNow } from '../design/time-text';
import { useRuntime } from '../runtime';
import { GradeMark } from './camera-marks';
import { NoPicture } from './camera-tile';
import { eventLabel, givesPictures, sourceLabel } from './camera-words';
import { formatFigure } from './health-chart';
import { PictureWishFields, PLAIN_WISH, wishBody } from './picture-wish';
import { healthKey, snapshotsKey } from './use-cameras';
import { type Still, useStill } from './use-still';
import classes from './cameras.module.css';
import own from './camera-overview.module.css';

const PACES = [0, 1, 2, 5, 10];

/** What the camera sees now, and its last figures. */
export function CameraOverview({ camera }: { camera: CameraView }) {
  const [pace, setPace] = useState(2);
  const pictures = givesPictures(camera.state);
  const { still, error, lookNow } = useStill(camera.id, { width: undefined, everyMs: pace * 1_000, watched: pictures });
  return (
    <div className={classes['overview']}>
      <Panel padded={false} className={own['stage'] ?? ''}>
        <div className={classes['stagePicture']} data-stale={(still !== undefined && (!pictures || error !== null)) || undefined}>
          {still === undefined ? <NoPicture camera={camera} error={error} /> : <img src={still.url} alt={`What ${camera.name} sees`} />}
        </div>
        <div className={own['stageBar']}>
          <PictureFacts still={still} error={pictures ? error : null} />
          <span className={classes['row']}>
            <Select aria-label="A new picture every" size="xs" w={124} allowDeselect={false} data={PACES.map((sec) => ({ value: String(sec), label: sec === 0 ? 'Picture stays' : `Every ${sec} s` }))} value={String(pace)} onChange={(sec) => setPace(Number(sec))} />
            <Button variant="default" leftSection={<IconRefresh size={14} aria-hidden />} disabled={!pictures} onClick={lookNow}>
              Look now
            </Button>
            <TakeSnapshot camera={camera} />
          </span>
        </div>
      </Panel>
      <LastLook camera={camera} />
    </div>
  );
}

function PictureFacts({ still, error }: { still: Still | undefined; error: unknown }) {
  const now = useServerNow(1_000);
  if (still === undefined) {
    return <span className="muted">{error === null ? '' : asProblem(error).message}</span>;
  }
  const age = Math.max(0, now - Date.parse(still.frameAt));
  return (
    <span className={own['pictureFacts']} role="status" aria-live="off">
      <span className="num">
        Frame of <TimeText iso={still.frameAt} form="time" />, {age < 60_000 ? `${(age / 1_000).toFixed(1)} s old` : <TimeText iso={still.frameAt} form="ago" />}
      </span>
      <span className="muted">
        {error === null ? (still.source === undefined ? '' : sourceLabel(still.source)) : `No newer one: ${asProblem(error).message}`}
      </span>
    </span>
  );
}

/** Takes a picture and keeps it; how is asked only of who wants to be asked. */
function TakeSnapshot({ camera }: { camera: CameraView }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const [wish, setWish] = useState(PLAIN_WISH);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const take = async (): Promise<void> => {
    setBusy(true);
    setOpen(false);
    try {
      const { snapshot } = await api.call('snapshotCamera', { params: { id: camera.id }, body: wishBody(wish), idempotencyKey: newKey() });
      say(`Snapshot kept: ${snapshot.width}×${snapshot.height}, frame ${formatMilliseconds(snapshot.frame_age_ms)} old, ${sourceLabel(snapshot.source)}`);
      await queries.invalidateQueries({ queryKey: snapshotsKey(camera.id) });
    } catch (error) {
      sayProblem('No snapshot was taken', error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <span className={own['split']}>
      <Button leftSection={<IconCamera size={14} aria-hidden />} loading={busy} disabled={!camera.is_active} onClick={() => void take()}>
        Take snapshot
      </Button>
      <Popover opened={open} onChange={setOpen} position="top-end" width={320} trapFocus withinPortal>
        <Popover.Target>
          <Button px={8} disabled={!camera.is_active} aria-label="How to take it" onClick={() => setOpen((before) => !before)}>
            <IconChevronDown size={14} aria-hidden />
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <div className={classes['form']}>
            <PictureWishFields wish={wish} onChange={(part) => setWish((before) => ({ ...before, ...part }))} />
          </div>
        </Popover.Dropdown>
      </Popover>
    </span>
  );
}

/** Figures of the last look. */
function LastLook({ camera }: { camera: CameraView }) {
  const { api } = useRuntime();
  const health = useQuery({ queryKey: [...healthKey(camera.id), 'last'], queryFn: ({ signal }) => api.call('cameraHealth', { params: { id: camera.id }, query: { hours: 24, limit: 1 }, signal }) });
  const last = health.data?.samples[0];
  const open = health.data?.events.filter((event) => event.closed_at === null) ?? [];
  const figure = (value: number | null | undefined, unit: string): string => (value === null || value === undefined ? '–' : `${formatFigure(value)} ${unit}`);
  const rows: readonly (readonly [string, string])[] = [
    ['Stream', camera.detected_codec === null ? '–' : `${camera.detected_codec}, ${camera.detected_resolution?.replace('x', '×') ?? 'unknown size'}`],
    ['Frame rate', last?.fps_expected === null || last?.fps_expected === undefined ? figure(last?.fps, 'frames/s') : `${figure(last.fps, 'of')} ${formatFigure(last.fps_expected)} frames/s`],
    ['Bitrate', figure(last?.bitrate_kbps, 'kbit/s')],
    ['Loss', figure(last?.loss_pct, '%')],
    ['Jitter', figure(last?.jitter_ms, 'ms')],
    ['Keyframe every', figure(last?.gop_ms === null || last?.gop_ms === undefined ? null : last.gop_ms / 1_000, 's')],
    ['Answers in', figure(last?.tcp_ms === null || last?.tcp_ms === undefined ? null : last.tcp_ms + (last.describe_ms ?? 0), 'ms')],
  ];
  return (
    <div className={own['side']}>
      <Panel>
        <div className={classes['sideHead']}>
          <h2>Last look</h2>
          <span className="muted">{last === undefined ? '' : <TimeText iso={last.at} form="ago" />}</span>
        </div>
        <dl className={classes['facts']}>
          <div>
            <dt>Grade</dt>
            <dd>{camera.grade === null ? '–' : <GradeMark grade={camera.grade} />}</dd>
          </div>
          {rows.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="num">{value}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      <Panel>
        <div className={classes['sideHead']}>
          <h2>Open events</h2>
          <Link to="?tab=health" replace>
            All
          </Link>
        </div>
        {open.length === 0 ? (
          <p className={classes['note']}>None. A frozen, black, blurred, covered or moved picture would show here.</p>
        ) : (
          <ul className={own['plain']}>
            {open.map((event) => (
              <li key={event.id}>
                <b>{eventLabel(event.kind)}</b> <TimeText iso={event.opened_at} form="ago" />
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}
