import type { DeviceFacets } from '@capstan/contracts';
import { CloseButton, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
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
      <SearchField value={filter.q ?? ''} onChange={(q) => onChange({ q })} />
      {menu('site', 'Site', [...counted(facets?.sites), NONE])}
      {menu('role', 'Role', [...counted(facets?.roles), NONE])}
      {menu('platform', 'Platform', [...counted(facets?.platforms, (name) => platformTitle(name, facets)), { value: '-', label: 'Unknown' }])}
      {menu('vendor', 'Vendor', counted(facets?.vendors))}
      {menu('tag', 'Tag', counted(facets?.tags))}
      {menu('health', 'State', HEALTH)}
    </div>
  );
}

/** What is typed is in the address a moment later. */
function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) {
      return undefined;
    }
    const timer = window.setTimeout(() => latest.current(text), 250);
    return () => window.clearTimeout(timer);
  }, [text, value]);
  return (
    <TextInput
      type="search"
      aria-label="Search devices"
      onKeyUp={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      placeholder="Name, address, model or serial"
      size="xs"
      maxLength={100}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={text === '' ? null : <CloseButton size="xs" aria-label="Clear search" onClick={() => setText('')} />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}
