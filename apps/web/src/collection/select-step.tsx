import type { CollectionDraft } from './collection-draft';
import { ActionIcon, Button, Checkbox, Select, TextInput, Tooltip } from '@mantine/core';
import { IconRefresh, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import type { Answer } from '../api/endpoints';
import { Empty } from '../design/feedback';
import { formatCount } from '../design/format';
import { Panel, Section } from '../design/page';
import { useDeviceFacets } from '../devices/use-devices';
import { CAPTURE_TYPE_TEXTS, captureTypeLabel } from './capture-type-words';
import { chosenOf } from './collection-draft';
import { countOf } from './collection-words';
import classes from './collection.module.css';

type Device = Answer<'collectionDevices'>['devices'][number];

interface SelectStepProps {
  readonly draft: CollectionDraft;
  /** Those that the filters select; undefined until they are known. */
  readonly devices: readonly Device[] | undefined;
  readonly typeNames: readonly string[];
  readonly refreshing: boolean;
  readonly onChange: (part: Partial<CollectionDraft>) => void;
  readonly onRefresh: () => void;
}

const SHOWN = 200;

/** Which devices, and what of them. */
export function SelectStep({ draft, devices, typeNames, refreshing, onChange, onRefresh }: SelectStepProps) {
  const facets = useDeviceFacets().data;
  const options = (list: readonly { readonly value: string; readonly count: number }[] | undefined) => (list ?? []).map(({ value, count }) => ({ value, label: `${value} (${count})` }));
  const narrow = (name: 'vendor' | 'site' | 'role') => (value: string | null) => onChange({ [name]: value ?? '', picked: [], excluded: [] });
  const filter = (name: 'vendor' | 'site' | 'role', label: string, data: { value: string; label: string }[]) => (
    <Select label={label} size="xs" clearable searchable placeholder="All" clearButtonProps={{ 'aria-label': `All: ${label}` }} data={data} value={draft[name] === '' ? null : draft[name]} onChange={narrow(name)} />
  );
  return (
    <>
      <Section title="Devices" aside={<Counts draft={draft} devices={devices} />}>
        <Panel padded={false}>
          <div className={classes['filters']}>
            {filter('vendor', 'Vendor', options(facets?.vendors))}
            {filter('site', 'Site', options(facets?.sites))}
            {filter('role', 'Role', options(facets?.roles))}
            <Tooltip label="Count again">
              <ActionIcon variant="default" size={30} aria-label="Refresh the devices" loading={refreshing} onClick={onRefresh}>
                <IconRefresh size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </div>
          {draft.picked.length === 0 ? null : (
            <p className={classes['picked']}>
              Only those that were picked in the inventory: {formatCount(draft.picked.length)}.{' '}
              <Button variant="subtle" size="compact-xs" onClick={() => onChange({ picked: [] })}>
                Take all that match
              </Button>
            </p>
          )}
          {devices?.length === 0 ? (
            <Empty
              title="No device matches"
              action={
                <Button component={Link} to="/inventory/devices" variant="default">
                  Open the inventory
                </Button>
              }
            >
              Devices that are switched on and match the filters would be here. Choose fewer filters, or add devices to the inventory.
            </Empty>
          ) : (
            <DeviceChoice draft={draft} devices={devices ?? []} onChange={onChange} />
          )}
        </Panel>
      </Section>
      <Section
        title="Commands"
        aside={<Checkbox size="xs" id="select-all-types" label="Select all" checked={typeNames.every((type) => draft.types.includes(type))} indeterminate={draft.types.length > 0 && !typeNames.every((type) => draft.types.includes(type))} onChange={(event) => onChange({ types: event.currentTarget.checked ? typeNames : [] })} />}
      >
        <Panel>
          <div className={classes['types']} role="group" aria-label="Capture types">
            {typeNames.map((type) => (
              <Checkbox
                key={type}
                id={type}
                size="xs"
                label={captureTypeLabel(type)}
                description={<span className="mono">{CAPTURE_TYPE_TEXTS[type]?.example ?? 'your own'}</span>}
                checked={draft.types.includes(type)}
                onChange={(event) => onChange({ types: event.currentTarget.checked ? [...draft.types, type] : draft.types.filter((other) => other !== type) })}
              />
            ))}
          </div>
        </Panel>
      </Section>
    </>
  );
}

function Counts({ draft, devices }: Pick<SelectStepProps, 'draft' | 'devices'>) {
  if (devices === undefined) {
    return <span className="muted">…</span>;
  }
  const chosen = chosenOf(devices, draft).length;
  return (
    <span className="muted num" role="status">
      {chosen === devices.length ? countOf(chosen, 'device') : `${formatCount(chosen)} of ${countOf(devices.length, 'device')}`}
    </span>
  );
}

/** All that match are chosen; single ones can be left out. */
function DeviceChoice({ draft, devices, onChange }: { draft: CollectionDraft; devices: readonly Device[]; onChange: SelectStepProps['onChange'] }) {
  const [text, setText] = useState('');
  const [all, setAll] = useState(false);
  const offered = useMemo(() => chosenOf(devices, { picked: draft.picked, excluded: [] }), [devices, draft.picked]);
  const excluded = useMemo(() => new Set(draft.excluded), [draft.excluded]);
  const found = useMemo(() => {
    const words = text.trim().toLowerCase();
    return words === '' ? offered : offered.filter((device) => `${device.name} ${device.ip} ${device.model} ${device.site} ${device.role}`.toLowerCase().includes(words));
  }, [offered, text]);
  const shown = all ? found : found.slice(0, SHOWN);
  const set = (ids: readonly string[], chosen: boolean): void => {
    const next = new Set(excluded);
    ids.forEach((id) => (chosen ? next.delete(id) : next.add(id)));
    onChange({ excluded: [...next] });
  };
  const none = found.every(({ id }) => excluded.has(id));
  const every = found.every(({ id }) => !excluded.has(id));
  return (
    <>
      <div className={classes['choiceHead']}>
        <Checkbox size="xs" aria-label="Select all devices shown" checked={every} indeterminate={!every && !none} onChange={() => set(found.map(({ id }) => id), !every)} />
        <TextInput type="search" size="xs" aria-label="Search the devices" placeholder="Search" leftSection={<IconSearch size={14} aria-hidden />} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      </div>
      <ul className={classes['choice']} aria-label="Devices" tabIndex={0}>
        {shown.map((device) => (
          <li key={device.id}>
            <Checkbox size="xs" checked={!excluded.has(device.id)} onChange={(event) => set([device.id], event.currentTarget.checked)} label={device.name} />
            <span className="mono muted">{device.ip}</span>
            <span className="muted">{[device.site, device.role, device.model].filter((word) => word !== '').join(' · ')}</span>
          </li>
        ))}
        {shown.length < found.length ? (
          <li>
            <Button variant="subtle" size="compact-xs" onClick={() => setAll(true)}>
              Show {formatCount(found.length - shown.length)} more
            </Button>
          </li>
        ) : null}
      </ul>
    </>
  );
}
