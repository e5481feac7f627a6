import type { CameraState, HealthGrade } from '@capstan/contracts';
import { CAMERA_STATE_NAMES, GRADE_NAMES } from './camera-words';

/** Cameras on one page of the wall. */
export const PER_PAGE = 60;
/** Seconds between two pictures of a tile; 0 stands for a picture that stays. */
export const RATES = [0, 1, 2, 5, 10, 30, 60] as const;
const DEFAULT_RATE = 5;
/** Sizes of tiles. */
export const SIZES = ['s', 'm', 'l'] as const;
/** See {@link SIZES}. */
export type TileSize = (typeof SIZES)[number];

/** Which cameras the wall shows, and how; all of it is in the address, so that a view can be shared. */
export interface WallFilter {
  readonly q: string;
  readonly group: string | undefined;
  /** A state, or `error` for every state in which nothing comes. */
  readonly state: CameraState | 'error' | undefined;
  readonly grade: HealthGrade | undefined;
  readonly withEvents: boolean;
  readonly page: number;
  readonly rate: number;
  readonly size: TileSize;
}

/** The filter in an address; whatever is not understood is left out. */
export function filterFrom(search: URLSearchParams): WallFilter {
  const state = search.get('state');
  const rate = search.get('every');
  return {
    q: (search.get('q') ?? '').slice(0, 100),
    group: search.get('group') ?? undefined,
    state: state === 'error' ? 'error' : CAMERA_STATE_NAMES.find((name) => name === state),
    grade: GRADE_NAMES.find((name) => name === search.get('grade')),
    withEvents: search.get('events') === 'open',
    page: Math.max(1, Math.floor(Number(search.get('page'))) || 1),
    rate: rate === null ? DEFAULT_RATE : (RATES.find((each) => String(each) === rate) ?? DEFAULT_RATE),
    size: SIZES.find((size) => size === search.get('size')) ?? 'm',
  };
}

/** The address of a filter; defaults are left out. */
export function searchOf(filter: WallFilter): URLSearchParams {
  const search = new URLSearchParams();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') {
      search.set(name, value);
    }
  };
  set('q', filter.q);
  set('group', filter.group);
  set('state', filter.state);
  set('grade', filter.grade);
  set('events', filter.withEvents ? 'open' : undefined);
  set('page', filter.page === 1 ? undefined : String(filter.page));
  set('every', filter.rate === DEFAULT_RATE ? undefined : String(filter.rate));
  set('size', filter.size === 'm' ? undefined : filter.size);
  return search;
}

/** What the API is asked for. */
export function queryOf(filter: WallFilter) {
  return {
    page: filter.page,
    per_page: PER_PAGE,
    q: filter.q.trim() === '' ? undefined : filter.q.trim(),
    group_id: filter.group,
    grade: filter.grade,
    ...(filter.state === 'error' ? { status: 'error' as const } : { state: filter.state }),
    ...(filter.withEvents ? { with_events: 'true' as const } : {}),
  };
}

/** Whether anything but the page and the looks narrows the wall. */
export function isNarrowed(filter: WallFilter): boolean {
  return filter.q !== '' || filter.group !== undefined || filter.state !== undefined || filter.grade !== undefined || filter.withEvents;
}
