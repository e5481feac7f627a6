import type { DeviceFacets } from '@capstan/contracts';
import { Select } from '@mantine/core';
import { SearchField } from '../design/search-field';
import type { DeviceListView } from './device-filter';
import { platformTitle } from './device-words';
import classes from './devices.module.css';

const HEALTH = [
  { value: 'changed', label: 'Other device' },
  { value: 'unreachable', label: 'Test failed' },
  { value: 'untested', label: 'Not tested' },
  { value: 'ok', label: 'OK' },
];
const NONE = { value: '-', label: 'None' };

type Filter = DeviceListView['filter'];

/** What narrows the list of devices. */
export function DeviceFilters({ filter, facets, onChange }: { filter: Filter; facets: DeviceFacets | undefined; onChange: (part: Filter) => void }) {
  const counted = (list: readonly { readonly value: string; readonly count: number }[] | undefined, labelOf: (value: string) => string = (value) => value) => (list ?? []).map(({ value, count }) => ({ value, label: `${labelOf(value)} (${count})` }));
  const menu = (name: 'site' | 'role' | 'platform' | 'vendor' | 'tag' | 'health', label: string, data: readonly { value: string; label: string }[]) => (
    <Select
      aria-label={label}
      placeholder={`Any ${label.toLowerCase()}`}
      clearable
      searchable
      size="xs"
      data={filter[name] === undefined || data.some(({ value }) => value === filter[name]) ? [...data] : [{ value: filter[name], label: filter[name] }, ...data]}
      value={filter[name] ?? null}
      onChange={(value) => onChange({ [name]: value ?? undefined })}
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
    />
  );
  return (
    <div className={classes['filters']} role="search" aria-label="Filter devices">
      <SearchField label="Search devices" placeholder="Name, address, model or serial" value={filter.q ?? ''} onChange={(q) => onChange({ q })} />
      {menu('site', 'Site', [...counted(facets?.sites), NONE])}
      {menu('role', 'Role', [...counted(facets?.roles), NONE])}
      {menu('platform', 'Platform', [...counted(facets?.platforms, (name) => platformTitle(name, facets)), { value: '-', label: 'Unknown' }])}
      {menu('vendor', 'Vendor', counted(facets?.vendors))}
      {menu('tag', 'Tag', counted(facets?.tags))}
      {menu('health', 'State', HEALTH)}
    </div>
  );
}
