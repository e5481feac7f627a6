import { CHANGE_SEVERITIES, type ChangeSeverity } from '@capstan/contracts';

/** How far back the list of changes reaches, in hours. */
export const CHANGE_PERIODS = [
  { value: '24', label: 'Last 24 hours' },
  { value: '168', label: 'Last 7 days' },
  { value: '720', label: 'Last 30 days' },
] as const;
const TYPES = ['configs', 'version', 'inventory'] as const;

/** What the list shows; all of it is in the address. */
export interface ChangeFilter {
  readonly q: string;
  readonly severity: ChangeSeverity | undefined;
  readonly type: (typeof TYPES)[number] | undefined;
  readonly hours: string | undefined;
  /** `false` is what one opens the page for: what nobody has looked at. */
  readonly acknowledged: 'true' | 'false' | undefined;
  readonly page: number;
}

/** The filter in an address; whatever is not understood is left out. */
export function changeFilterFrom(search: URLSearchParams): ChangeFilter {
  const acknowledged = search.get('acknowledged');
  return {
    q: (search.get('q') ?? '').slice(0, 100),
    severity: CHANGE_SEVERITIES.find((severity) => severity === search.get('severity')),
    type: TYPES.find((type) => type === search.get('type')),
    hours: CHANGE_PERIODS.find(({ value }) => value === search.get('hours'))?.value,
    acknowledged: acknowledged === 'true' || acknowledged === 'false' ? acknowledged : undefined,
    page: Math.max(1, Math.floor(Number(search.get('page'))) || 1),
  };
}

/** The address of a filter; defaults are left out. */
export function changeSearchOf({ q, severity, type, hours, acknowledged, page }: ChangeFilter): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ q, severity, type, hours, acknowledged, page: page === 1 ? undefined : String(page) })) {
    if (value !== undefined && value !== '') {
      search.set(name, value);
    }
  }
  return search;
}

/** What the API is asked for. */
export function changeQueryOf({ q, severity, type, hours, acknowledged, page }: ChangeFilter): { q?: string; severity?: ChangeSeverity; capture_type?: string; hours?: number; acknowledged?: 'true' | 'false'; page: number; per_page: number } {
  return { q: q.trim() === '' ? undefined : q.trim(), severity, capture_type: type, hours: hours === undefined ? undefined : Number(hours), acknowledged, page, per_page: 50 };
}
