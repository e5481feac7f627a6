import type { SessionState } from '@capstan/contracts';

/** How far back the history reaches. */
export const PERIODS = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;
/** See {@link PERIODS}. */
export type Period = keyof typeof PERIODS;

/** States that can be filtered by, in the order of the menu. */
export const FILTER_STATES: readonly SessionState[] = ['pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting', 'completed', 'partial', 'failed', 'cancelled'];

/** Columns that sort. */
export const SORT_COLUMNS = ['name', 'state', 'targets', 'bytes', 'duration', 'created'] as const;
/** See {@link SORT_COLUMNS}. */
export type SortColumn = (typeof SORT_COLUMNS)[number];

/** Page sizes on offer. */
export const PAGE_SIZES = [20, 50, 100] as const;

/** What the history shows; all of it is in the address, so that a view can be shared. */
export interface ListFilter {
  readonly q: string;
  readonly status: SessionState | undefined;
  readonly period: Period | undefined;
  readonly page: number;
  readonly perPage: number;
  readonly sort: { readonly column: SortColumn; readonly descending: boolean } | undefined;
}

/** The filter in an address; whatever is not understood is left out. */
export function filterFrom(search: URLSearchParams): ListFilter {
  const status = search.get('status');
  const period = search.get('period');
  const sort = search.get('sort') ?? '';
  const column = SORT_COLUMNS.find((name) => name === sort.replace(/^-/, ''));
  const perPage = Number(search.get('per_page'));
  return {
    q: (search.get('q') ?? '').slice(0, 100),
    status: FILTER_STATES.find((state) => state === status),
    period: period !== null && period in PERIODS ? (period as Period) : undefined,
    page: Math.max(1, Math.floor(Number(search.get('page'))) || 1),
    perPage: PAGE_SIZES.find((size) => size === perPage) ?? 50,
    sort: column === undefined ? undefined : { column, descending: sort.startsWith('-') },
  };
}

/** The address of a filter; defaults are left out. */
export function searchOf(filter: ListFilter): URLSearchParams {
  const search = new URLSearchParams();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') {
      search.set(name, value);
    }
  };
  set('q', filter.q);
  set('status', filter.status);
  set('period', filter.period);
  set('page', filter.page === 1 ? undefined : String(filter.page));
  set('per_page', filter.perPage === 50 ? undefined : String(filter.perPage));
  set('sort', filter.sort === undefined ? undefined : `${filter.sort.descending ? '-' : ''}${filter.sort.column}`);
  return search;
}

/** What the API is asked for; `now` in ms. */
export function queryOf(filter: ListFilter, now: number): { page: number; per_page: number; q?: string; status?: SessionState; since?: string } {
  return {
    page: filter.page,
    per_page: filter.perPage,
    q: filter.q.trim() === '' ? undefined : filter.q.trim(),
    status: filter.status,
    since: filter.period === undefined ? undefined : new Date(now - PERIODS[filter.period]).toISOString(),
  };
}

/** Whether anything but the page and the order narrows the list. */
export function isNarrowed(filter: ListFilter): boolean {
  return filter.q !== '' || filter.status !== undefined || filter.period !== undefined;
}
