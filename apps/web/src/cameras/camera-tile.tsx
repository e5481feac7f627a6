import type { CameraView } from '@capstan/contracts';
import { Checkbox } from '@mantine/core';
import { IconVideoOff } from '@tabler/icons-react';
import { memo } from 'react';
import { Link } from 'react-router';
import { asProblem } from '../api/problem';
import { TimeText } from '../design/time-text';
import { CameraStateBadge, GradeMark, OpenEvents } from './camera-marks';
import { givesPictures, stateWords } from './camera-words';
import { useOnScreen, useStill } from './use-still';
import type { TileSize } from './wall-filter';
import classes from './cameras.module.css';
import own from './camera-tile.module.css';

/** Pixels a picture is asked with; twice the width of a tile on sharp screens is more than anybody sees. */
const WIDTHS: Record<TileSize, number> = { s: 240, m: 400, l: 720 };

interface CameraTileProps {
  readonly camera: CameraView;
  readonly group: string | undefined;
  readonly size: TileSize;
  readonly everyMs: number;
  readonly selected: boolean;
  /** Left out where nothing can be done with a selection. */
  readonly onSelect?: (id: string, selected: boolean) => void;
}

/** One camera of the wall. It asks for pictures only while it is on the screen. */
export const CameraTile = memo(function CameraTile({ camera, group, size, everyMs, selected, onSelect }: CameraTileProps) {
  const [ref, seen] = useOnScreen();
  const pictures = givesPictures(camera.state);
  const { still, error } = useStill(camera.id, { width: WIDTHS[size], everyMs, watched: seen && pictures });
  const where = [camera.location, group].filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
  return (
    <article ref={ref} className={classes['tile']} data-selected={selected || undefined} data-stale={(still !== undefined && (!pictures || error !== null)) || undefined} aria-label={camera.name}>
      <div className={own['tilePicture']}>
        {still === undefined ? <NoPicture camera={camera} error={error} /> : <img src={still.url} alt={`What ${camera.name} sees`} draggable={false} />}
        {onSelect === undefined ? null : <Checkbox className={own['tileCheck'] ?? ''} size="sm" aria-label={`Select ${camera.name}`} checked={selected} onChange={(event) => onSelect(camera.id, event.currentTarget.checked)} />}
        {still === undefined ? null : (
          <span className={own['tileAge']}>
            <TimeText iso={still.frameAt} form="ago" />
          </span>
        )}
      </div>
      <div className={classes['tileText']}>
        <Link to={`/cameras/${camera.id}`} className={classes['tileName']} title={camera.name}>
          {camera.name}
        </Link>
        <CameraStateBadge state={camera.state} />
      </div>
      <div className={own['tileFacts']}>
        <span className={own['tileWhere']} title={where}>
          {where}
        </span>
        <GradeMark grade={camera.grade} />
      </div>
      {camera.open_events.length === 0 ? null : (
        <div className={own['tileEvents']}>
          <OpenEvents camera={camera} />
        </div>
      )}
    </article>
  );
});

/** Why there is nothing to see. */
export function NoPicture({ camera, error }: { camera: Pick<CameraView, 'state' | 'last_error'>; error: unknown }) {
  if (givesPictures(camera.state) && error === null) {
    return <span className={classes['waiting']} role="presentation" />;
  }
  const { advice, label } = stateWords(camera.state);
  return (
    <span className={classes['noPicture']}>
      <IconVideoOff size={20} stroke={1.5} aria-hidden />
      {error === null ? advice || camera.last_error || label : asProblem(error).message}
    </span>
  );
}
