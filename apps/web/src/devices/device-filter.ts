import { DEVICE_SORTS, type DeviceFilter } from '@capstan/contracts';

/** Columns that sort. */
export type DeviceSort = (typeof DEVICE_SORTS)[number];
const SORTS: readonly DeviceSort[] = ['name', 'address', 'platform', 'vendor', 'site', 'role', 'last_collected_at', 'updated_at'];
/** Fields that narrow the list, in the order of the form. */
export const NARROWING = ['q', 'site', 'role', 'platform', 'vendor', 'tag', 'health', 'enabled', 'credential_id', 'jump_host_id'] as const;
/** Rows of a page. */
export const PER_PAGE = 50;

/** What the list shows; all of it is in the address, so that a view can be shared. */
export interface DeviceListView {
  readonly filter: { readonly [Name in (typeof NARROWING)[number]]?: string };
  readonly sort: DeviceSort;
  readonly descending: boolean;
  readonly page: number;
}

/** The view in an address; whatever is not understood is left out. */
export function viewFrom(search: URLSearchParams): DeviceListView {
  const sort = search.get('sort') ?? '';
  const filter = Object.fromEntries(NARROWING.flatMap((name) => ((search.get(name) ?? '') === '' ? [] : [[name, (search.get(name) ?? '').slice(0, 100)]])));
  return {
    filter,
    sort: SORTS.find((name) => name === sort.replace(/^-/, '')) ?? 'name',
    descending: sort.startsWith('-'),
    page: Math.max(1, Math.floor(Number(search.get('page'))) || 1),
  };
}

/** The address of a view; defaults are left out. */
export function searchOf({ filter, sort, descending, page }: DeviceListView): URLSearchParams {
  const search = new URLSearchParams();
  for (const name of NARROWING) {
    const value = filter[name];
    if (value !== undefined && value !== '') {
      search.set(name, value);
    }
  }
  if (sort !== 'name' || descending) {
    search.set('sort', `${descending ? '-' : ''}${sort}`);
  }
  if (page !== 1) {
    search.set('page', String(page));
  }
  return search;
}

/** The filter as the API takes it. */
export function filterQuery({ filter }: Pick<DeviceListView, 'filter'>): Partial<DeviceFilter> {
  return filter as Partial<DeviceFilter>;
}

/** Whether anything but the page and the order narrows the list. */
export function isNarrowed({ filter }: DeviceListView): boolean {
  return Object.keys(filter).length > 0;
}
