import type { ReceiverView } from '@capstan/contracts';
import classes from './recordings.module.css';

/** Rough outline of Italy and its surroundings, longitude and latitude: enough to tell where a receiver stands. */
const OUTLINES: ReadonlyArray<ReadonlyArray<readonly [number, number]>> = [
  [[7.5, 43.8], [7, 44.7], [6.8, 45.8], [8, 46], [9, 46.3], [10.4, 46.6], [12.2, 47], [13.7, 46.5], [13.6, 45.7], [12.4, 45.3], [12.4, 44.2], [13.6, 43.6], [14.2, 42.5], [16.1, 41.9], [16, 41.4], [18.5, 40.2], [18.3, 39.8], [17, 40.5], [16.6, 39.9], [17.1, 39], [16.1, 37.9], [15.7, 38], [16.2, 38.8], [15.6, 40.1], [14.4, 40.7], [13, 41.2], [12.2, 41.8], [11.1, 42.4], [10.5, 43], [10.2, 44], [8.9, 44.4], [8.2, 44]],
  [[12.5, 38], [13.7, 38.1], [15.6, 38.2], [15.1, 36.7], [14.3, 36.9], [12.5, 37.6]],
  [[8.2, 40.9], [9.2, 41.2], [9.8, 40.5], [9.5, 39.2], [8.5, 38.9], [8.4, 39.9]],
];
const COLOURS: Readonly<Record<string, string>> = { online: 'var(--status-success)', busy: 'var(--status-attention)', offline: 'var(--status-failed)', unknown: 'var(--status-pending)' };
const MARGIN = 1.2;

/** Receivers on a map, coloured by their health. Nothing is loaded from elsewhere. */
export function ReceiverMap({ receivers }: { receivers: readonly ReceiverView[] }) {
  const placed = receivers.flatMap((receiver) => (receiver.latitude === null || receiver.longitude === null ? [] : [{ receiver, x: receiver.longitude, y: -receiver.latitude * 1.35 }]));
  if (placed.length === 0) {
    return <p className="muted">No receiver has a location.</p>;
  }
  const xs = placed.map(({ x }) => x);
  const ys = placed.map(({ y }) => y);
  const left = Math.min(...xs) - MARGIN;
  const top = Math.min(...ys) - MARGIN;
  const width = Math.max(...xs) - left + MARGIN;
  const height = Math.max(...ys) - top + MARGIN;
  return (
    <svg className={classes['map']} viewBox={`${left} ${top} ${width} ${height}`} role="img" aria-label="Map of the receivers">
      {OUTLINES.map((outline, index) => (
        <polygon key={index} className={classes['outline']} points={outline.map(([x, y]) => `${x},${-y * 1.35}`).join(' ')} />
      ))}
      {placed.map(({ receiver, x, y }) => (
        <g key={receiver.receiver_id}>
          <circle cx={x} cy={y} r={0.12} fill={COLOURS[receiver.health.status]}>
            <title>
              {receiver.name}: {receiver.health.status}
            </title>
          </circle>
          <text className={classes['mapLabel']} x={x + 0.18} y={y + 0.09}>
            {receiver.receiver_no} {receiver.name}
          </text>
        </g>
      ))}
    </svg>
  );
}
