import { captureFilter, filterTree } from '@capstan/contracts';
import { Button, NumberInput, SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { newKey } from '../api/new-key';
import { Panel, Section } from '../design/page';
import { EMPTY_DRAFT, filterOf } from './draft';
import { problemAt, treeProblems } from './draft-problems';
import { compileTree, draftOf, FILTER_PRESETS, shortFormOf } from './filter-draft';
import { FilterTree } from './filter-tree';
import type { DraftControl } from './use-draft';
import wizard from './capture-wizard.module.css';
import classes from './filter.module.css';

const PROTOCOLS = ['tcp', 'udp', 'icmp', 'ip', 'arp', 'rarp'];

/** Which packets: a short form, or a tree of conditions. */
export function FilterSection({ control }: { control: DraftControl }) {
  const { draft, change } = control;
  const short = useMemo(() => shortFormOf(draft.tree), [draft.tree]);
  const toTree = (): void => {
    const filter = captureFilter.safeParse(filterOf(draft) ?? {});
    // A filter that is wrong yet cannot be taken along; what was typed stays in the short form.
    change({ type: 'set', part: { filterForm: 'tree', ...(filter.success ? { tree: draftOf(filterTree(filter.data), newKey) } : {}) } });
  };
  const toShort = (): void => {
    const port = Number(short?.port);
    change({
      type: 'set',
      part: { filterForm: 'short', filter: { host: short?.host ?? '', src: short?.src ?? '', dest: short?.dest ?? '', protocol: short?.protocol ?? '', port: short?.port === undefined || short.port === '' || Number.isNaN(port) ? '' : port } },
    });
  };
  const tree = draft.filterForm === 'tree';
  return (
    <Section title="Filter" aside={<span className="muted">{tree ? 'Enter in a value adds another condition' : 'Empty fields keep everything'}</span>}>
      <Panel>
        <div className={classes['head']}>
          <SegmentedControl
            size="xs"
            aria-label="Form of the filter"
            data={[
              { value: 'short', label: 'Quick', disabled: tree && short === undefined },
              { value: 'tree', label: 'Conditions' },
            ]}
            value={draft.filterForm}
            onChange={(form) => (form === 'tree' ? toTree() : toShort())}
          />
          <div className={classes['presets']} role="group" aria-label="Often used filters">
            {FILTER_PRESETS.map(({ label, node }) => (
              <Button key={label} variant="default" size="compact-xs" onClick={() => change({ type: 'set', part: { filterForm: 'tree', tree: draftOf(node, newKey) } })}>
                {label}
              </Button>
            ))}
            <Button variant="subtle" color="gray" size="compact-xs" onClick={() => change({ type: 'set', part: { filterForm: draft.filterForm, filter: EMPTY_DRAFT.filter, tree: EMPTY_DRAFT.tree } })}>
              Clear
            </Button>
          </div>
        </div>
        {tree ? <Tree control={control} /> : <ShortForm control={control} />}
        {tree && short === undefined ? <p className={classes['hint']}>The quick form cannot say this: it has one value for each field, and all of them must match.</p> : null}
        <Switch
          className={classes['unsupported']}
          size="sm"
          label="Capture more where a device cannot filter it all"
          description="Its file then holds more than you asked for, and a filtered copy is stored beside it. Off: such a device is refused."
          checked={draft.onUnsupported === 'post_filter'}
          onChange={(event) => change({ type: 'set', part: { onUnsupported: event.currentTarget.checked ? 'post_filter' : 'refuse' } })}
        />
      </Panel>
    </Section>
  );
}

function Tree({ control: { draft, problems, change } }: { control: DraftControl }) {
  const found = useMemo(() => treeProblems(problems, compileTree(draft.tree).places), [problems, draft.tree]);
  return <FilterTree root={draft.tree} problems={found} onChange={(tree) => change({ type: 'set', part: { tree } })} />;
}

function ShortForm({ control: { draft, problems, change } }: { control: DraftControl }) {
  const at = (path: string): string | undefined => problemAt(problems, path);
  return (
    <div className={wizard['filter']}>
      <Select label="Protocol" size="xs" placeholder="Any" clearable data={PROTOCOLS} value={draft.filter.protocol === '' ? null : draft.filter.protocol} onChange={(protocol) => change({ type: 'filter', part: { protocol: protocol ?? '' } })} error={at('filter.protocol')} clearButtonProps={{ 'aria-label': 'Any protocol' }} />
      <NumberInput label="Port" size="xs" hideControls placeholder="Any" allowDecimal={false} allowNegative={false} clampBehavior="none" value={draft.filter.port} onChange={(value) => change({ type: 'filter', part: { port: typeof value === 'number' ? value : '' } })} error={at('filter.port')} />
      <TextInput label="Host, either way" size="xs" placeholder="Address or network" spellCheck={false} value={draft.filter.host} onChange={(event) => change({ type: 'filter', part: { host: event.currentTarget.value } })} error={at('filter.host')} />
      <TextInput label="Source" size="xs" placeholder="Address or network" spellCheck={false} disabled={draft.filter.host !== '' && draft.filter.src === ''} value={draft.filter.src} onChange={(event) => change({ type: 'filter', part: { src: event.currentTarget.value } })} error={at('filter.src')} />
      <TextInput label="Destination" size="xs" placeholder="Address or network" spellCheck={false} disabled={draft.filter.host !== '' && draft.filter.dest === ''} value={draft.filter.dest} onChange={(event) => change({ type: 'filter', part: { dest: event.currentTarget.value } })} error={at('filter.dest')} />
    </div>
  );
}
