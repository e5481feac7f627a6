import { DEVICE_SORTS, type DeviceFilter, PLATFORM_VENDORS } from '@capstan/contracts';

/** Devices with what is known of them. */
export const JOINED = 'devices d JOIN device_states s USING (device_id)';

/** The vendor as configured, or the one of the platform. The words come from a table of ours, never from a caller. */
export const EFFECTIVE_VENDOR = `coalesce(d.vendor, CASE d.platform ${Object.entries(PLATFORM_VENDORS)
  .map(([platform, vendor]) => `WHEN '${platform}' THEN '${vendor}'`)
  .join(' ')} END)`;

/** Four numbers that are an IPv4 address: what else looks like one would break the cast. */
const IPV4 = `'^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.|$)){4}$'`;

const SORT_COLUMNS: Readonly<Record<(typeof DEVICE_SORTS)[number], readonly string[]>> = {
  name: ['lower(d.name)'],
  // 10.0.0.9 comes before 10.0.0.10.
  address: [`CASE WHEN d.address ~ ${IPV4} THEN d.address::inet END`, 'lower(d.address)', 'd.port'],
  platform: ['d.platform'],
  vendor: [EFFECTIVE_VENDOR],
  site: ['lower(d.site)'],
  role: ['lower(d.role)'],
  last_collected_at: ['s.last_collected_at'],
  updated_at: ['d.updated_at'],
};

/** A condition in SQL and its parameters. */
export interface SqlCondition {
  readonly where: string;
  readonly values: readonly unknown[];
}

/** The devices that a filter selects, as a condition over {@link JOINED}. Pure. */
export function deviceCondition(filter: DeviceFilter): SqlCondition {
  const where = ['d.deleted_at IS NULL'];
  const values: unknown[] = [];
  const and = (condition: (parameter: string) => string, value: unknown): void => {
    values.push(value);
    where.push(condition(`$${values.length}`));
  };
  const contains = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  for (const [column, wanted] of [['d.site', filter.site], ['d.role', filter.role], ['d.platform', filter.platform]] as const) {
    if (wanted === '-') {
      where.push(`${column} IS NULL`);
    } else if (wanted !== undefined && wanted !== '') {
      and((value) => `${column} = ${value}`, wanted);
    }
  }
  if (filter.vendor !== undefined && filter.vendor !== '') {
    and((value) => `${EFFECTIVE_VENDOR} ILIKE ${value}`, contains(filter.vendor));
  }
  const tags = (filter.tag ?? '').split(',').map((tag) => tag.trim()).filter((tag) => tag !== '');
  if (tags.length > 0) {
    and((value) => `d.tags @> ${value}::text[]`, tags);
  }
  if (filter.credential_id !== undefined) {
    and((value) => `d.credential_id = ${value}`, filter.credential_id);
  }
  if (filter.jump_host_id !== undefined) {
    and((value) => `d.jump_host_id = ${value}`, filter.jump_host_id);
  }
  if (filter.enabled !== undefined) {
    where.push(filter.enabled === 'true' ? 'd.enabled' : 'NOT d.enabled');
  }
  switch (filter.health) {
    case 'changed':
      where.push('s.observed IS NOT NULL');
      break;
    case 'unreachable':
      where.push(`s.last_test ->> 'success' = 'false'`);
      break;
    case 'untested':
      where.push('s.last_test IS NULL');
      break;
    case 'ok':
      where.push(`s.observed IS NULL AND s.last_test ->> 'success' = 'true'`);
      break;
    case undefined:
      break;
  }
  if (filter.q !== undefined && filter.q !== '') {
    and((value) => `(d.name ILIKE ${value} OR d.address ILIKE ${value} OR d.notes ILIKE ${value} OR s.identity ->> 'model' ILIKE ${value} OR s.identity ->> 'serials' ILIKE ${value})`, contains(filter.q));
  }
  return { where: where.join(' AND '), values };
}

/** The order of a list; the name decides among equals, so that pages neither repeat nor leave out a device. */
export function deviceOrder(sort: (typeof DEVICE_SORTS)[number], order: 'asc' | 'desc'): string {
  return [...SORT_COLUMNS[sort].map((column) => `${column} ${order === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`), 'lower(d.name)', 'd.device_id'].join(', ');
}
