import { Button } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { geoDistance, geoGraticule, geoMercator, geoPath, type GeoPermissibleObjects } from 'd3-geo';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { feature } from 'topojson-client';
import landUrl from 'world-atlas/land-50m.json?url';
import { StatusIcon } from '../design/status-badge';
import type { Status } from '../design/status';
import { type Cluster, clustersOf, scaleBarOf } from './clusters';
import classes from './place-map.module.css';

/** Something that stands somewhere. */
export interface Place {
  readonly id: string;
  readonly name: string;
  /** Its state in a word. */
  readonly note: string;
  readonly status: Status;
  /** Degrees north and east, WGS 84. */
  readonly latitude: number;
  readonly longitude: number;
  /** Its page, if it has one. */
  readonly to?: string;
}

const HEIGHT = 420;
const MARGIN = 48;
const MARKER_PX = 26;
const SCALE_PX = 110;
const EARTH_M = 6_371_000;
/** Degrees that are shown at least, about two kilometres: closer, a map without streets tells nothing. */
const LEAST_SPAN = 0.02;
/** The land's outline is that of the whole world; closer than this it would be wrong by whole towns. */
const OUTLINE_SPAN = 0.5;
/** More names than this would cover each other. */
const MOST_NAMES = 30;
/** What wants somebody stands on top, and gives a cluster its mark. */
const URGENCY: readonly Status[] = ['failed', 'attention', 'partial', 'running', 'pending', 'cancelled', 'success'];

/** Where things are and how they are. The outline of the world comes from Capstan itself: nothing is asked of anybody else. */
export function PlaceMap({ label, places }: { label: string; places: readonly Place[] }) {
  const { ref, width } = useElementSize();
  const [shown, setShown] = useState<readonly Place[]>();
  const [chosen, setChosen] = useState<readonly Place[]>([]);
  const land = useQuery({ queryKey: ['map', 'land'], queryFn: readLand, staleTime: Number.POSITIVE_INFINITY });
  const inView = shown ?? places;
  const view = useMemo(() => (width === 0 || inView.length === 0 ? undefined : viewOf(inView, width)), [inView, width]);
  const clusters = useMemo(() => {
    if (view === undefined) {
      return [];
    }
    const points = places.flatMap((place) => {
      const [x, y] = view.projection([place.longitude, place.latitude]) ?? [-1, -1];
      return x < 0 || y < 0 || x > width || y > HEIGHT ? [] : [{ x, y, thing: place }];
    });
    return clustersOf(points, MARKER_PX);
  }, [places, view, width]);
  const choose = (things: readonly Place[]): void => {
    setChosen(things);
    if (things.length > 1 && spanOf(things) > LEAST_SPAN / 10) {
      setShown(things);
    }
  };
  return (
    <div className={classes['frame']}>
      <div ref={ref} className={classes['map']} role="group" aria-label={label}>
        {view === undefined ? null : (
          <>
            <svg className={classes['ground']} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden>
              {land.data === undefined || view.span < OUTLINE_SPAN ? null : <path className={classes['land']} d={view.path(land.data) ?? ''} />}
              <path className={classes['grid']} d={view.path(view.grid) ?? ''} />
            </svg>
            {clusters.map((cluster) => (
              <Marker key={cluster.things[0]?.id} cluster={cluster} isChosen={cluster.things.some((place) => chosen.includes(place))} isNamed={clusters.length <= MOST_NAMES} onChoose={() => choose(cluster.things)} />
            ))}
            <div className={classes['scale']} style={{ width: view.scale.pixels }}>
              {view.scale.label}
            </div>
            {shown === undefined ? null : (
              <Button className={classes['all'] ?? ''} size="compact-sm" variant="default" onClick={() => setShown(undefined)}>
                Show all
              </Button>
            )}
          </>
        )}
      </div>
      <div className={classes['chosen']} role="status">
        {chosen.length === 0 ? (
          <span className="muted">Choose a mark to see what stands there.</span>
        ) : (
          chosen.map((place) => (
            <span key={place.id} className={classes['place']}>
              <StatusIcon status={place.status} size={12} />
              {place.to === undefined ? place.name : <Link to={place.to}>{place.name}</Link>} <span className="muted">{place.note}</span>
            </span>
          ))
        )}
      </div>
    </div>
  );
}

function Marker({ cluster, isChosen, isNamed, onChoose }: { cluster: Cluster<Place>; isChosen: boolean; isNamed: boolean; onChoose: () => void }) {
  const [first] = cluster.things;
  const status = URGENCY.find((each) => cluster.things.some((place) => place.status === each)) ?? 'pending';
  const words = cluster.things.length === 1 ? `${first?.name}: ${first?.note}` : `${cluster.things.length} here, ${cluster.things.map(({ name }) => name).join(', ')}`;
  return (
    <button type="button" className={classes['marker']} style={{ left: cluster.x, top: cluster.y }} aria-label={words} title={words} aria-pressed={isChosen} onClick={onChoose}>
      <StatusIcon status={status} size={16} />
      {cluster.things.length === 1 ? null : <span className={classes['count']}>{cluster.things.length}</span>}
      {isNamed && cluster.things.length === 1 ? <span className={classes['name']}>{first?.name}</span> : null}
    </button>
  );
}

function viewOf(places: readonly Place[], width: number) {
  const longitudes = places.map(({ longitude }) => longitude);
  const latitudes = places.map(({ latitude }) => latitude);
  const middle = [(Math.min(...longitudes) + Math.max(...longitudes)) / 2, (Math.min(...latitudes) + Math.max(...latitudes)) / 2] as const;
  const span = Math.max(spanOf(places), LEAST_SPAN);
  const corners: GeoPermissibleObjects = {
    type: 'MultiPoint',
    coordinates: [
      ...places.map(({ longitude, latitude }): [number, number] => [longitude, latitude]),
      [middle[0], Math.max(-85, middle[1] - LEAST_SPAN / 2)],
      [middle[0], Math.min(85, middle[1] + LEAST_SPAN / 2)],
    ],
  };
  const projection = geoMercator().fitExtent(
    [
      [MARGIN, MARGIN],
      [width - MARGIN, HEIGHT - MARGIN],
    ],
    corners,
  );
  projection.clipExtent([
    [0, 0],
    [width, HEIGHT],
  ]);
  const left = projection.invert?.([width / 2 - 50, HEIGHT / 2]) ?? [0, 0];
  const right = projection.invert?.([width / 2 + 50, HEIGHT / 2]) ?? [0, 0];
  const step = gridStep(span);
  return { projection, span, path: geoPath(projection), grid: geoGraticule().step([step, step]).extentMajor([[-180, -80], [180, 80]])(), scale: scaleBarOf((geoDistance(left, right) * EARTH_M) / 100, SCALE_PX) };
}

/** Degrees between the ends of what is shown. */
function spanOf(places: readonly Place[]): number {
  const across = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  return Math.max(across(places.map(({ longitude }) => longitude)), across(places.map(({ latitude }) => latitude)));
}

/** Degrees between the lines of the grid: finer ones are thousands of lines over the whole world. */
function gridStep(span: number): number {
  return span > 40 ? 20 : span > 10 ? 5 : 1;
}

async function readLand(): Promise<GeoPermissibleObjects> {
  const response = await fetch(landUrl);
  const world = (await response.json()) as Parameters<typeof feature>[0];
  return feature(world, world.objects['land']!) as GeoPermissibleObjects;
}
