import { ActionIcon, Autocomplete, Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { createContext, type KeyboardEvent, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { newKey } from '../api/new-key';
import { added, changed, type DraftCondition, type DraftGroup, type DraftLeaf, fullBecause, isGroup, LEAF_FIELDS, type LeafField, PROTOCOL_CHOICES } from './filter-draft';
import classes from './filter.module.css';

const FIELD_LABELS: Readonly<Record<LeafField, string>> = { host: 'Host, either way', src: 'Source', dest: 'Destination', port: 'Port, either way', src_port: 'Source port', dest_port: 'Destination port', protocol: 'Protocol' };
const OPS = [
  { value: 'all', label: 'All of' },
  { value: 'any', label: 'Any of' },
  { value: 'none', label: 'None of' },
];

interface TreeAccess {
  readonly root: DraftGroup;
  readonly problems: ReadonlyMap<string, string>;
  /** Key of the part that takes the focus. */
  readonly focus: string | undefined;
  readonly change: (root: DraftGroup, focus?: string) => void;
}

const TreeContext = createContext<TreeAccess | undefined>(undefined);

function useTree(): TreeAccess {
  const access = useContext(TreeContext);
  if (access === undefined) {
    throw new Error('No filter tree above this component');
  }
  return access;
}

/**
 * Conditions in groups. Enter in a value adds a condition below it; a part that is removed gives the focus to its neighbour.
 * @param problems what is wrong, by the keys of the tree's parts
 */
export function FilterTree({ root, problems, onChange }: { root: DraftGroup; problems: ReadonlyMap<string, string>; onChange: (root: DraftGroup) => void }) {
  const [focus, setFocus] = useState<string>();
  const access = useMemo(
    () => ({
      root,
      problems,
      focus,
      change: (next: DraftGroup, wanted?: string) => {
        setFocus(wanted);
        onChange(next);
      },
    }),
    [root, problems, focus, onChange],
  );
  return (
    <TreeContext value={access}>
      <Group group={root} depth={1} parent={undefined} />
    </TreeContext>
  );
}

function newLeaf(field: LeafField = 'host'): DraftLeaf {
  return { key: newKey(), field, value: '' };
}

function Group({ group, depth, parent }: { group: DraftGroup; depth: number; parent: DraftGroup | undefined }) {
  const { root, problems, focus, change } = useTree();
  const add = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focus === group.key) {
      add.current?.focus();
    }
  }, [focus, group.key]);
  const problem = problems.get(group.key) ?? (parent !== undefined && group.children.length === 0 ? 'needs a condition, or can be removed' : undefined);
  const full = fullBecause(root, depth);
  const deeper = fullBecause(root, depth + 1);
  const put = (part: DraftCondition, wanted: string): void => change(added(root, group.key, part), wanted);
  return (
    <div className={classes['group']} role="group" aria-label={`${OPS.find(({ value }) => value === group.op)?.label ?? ''} ${group.children.length} conditions`} data-depth={depth}>
      <div className={classes['groupHead']}>
        <SegmentedControl size="xs" aria-label="How the conditions are combined" data={OPS} value={group.op} onChange={(op) => change(changed(root, group.key, (part) => (isGroup(part) ? { ...part, op: op as DraftGroup['op'] } : part)))} />
        {parent === undefined ? null : <Remove part={group} parent={parent} what="group" />}
      </div>
      {group.children.length === 0 && parent === undefined ? <p className={classes['empty']}>No condition: everything is kept.</p> : null}
      <ul className={classes['children']}>
        {group.children.map((child) => (
          <li key={child.key}>{isGroup(child) ? <Group group={child} depth={depth + 1} parent={group} /> : <Leaf leaf={child} parent={group} full={full} />}</li>
        ))}
      </ul>
      {problem === undefined ? null : (
        <p className={classes['problem']} role="alert">
          {problem}
        </p>
      )}
      <div className={classes['adds']}>
        <Button ref={add} variant="subtle" color="gray" size="compact-xs" leftSection={<IconPlus size={12} aria-hidden />} disabled={full !== undefined} title={full} onClick={() => ((leaf) => put(leaf, leaf.key))(newLeaf())}>
          Condition
        </Button>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={<IconPlus size={12} aria-hidden />}
          disabled={deeper !== undefined}
          title={deeper}
          onClick={() => ((leaf) => put({ key: newKey(), op: group.op === 'any' ? 'all' : 'any', children: [leaf] }, leaf.key))(newLeaf())}
        >
          Group
        </Button>
      </div>
    </div>
  );
}

function Leaf({ leaf, parent, full }: { leaf: DraftLeaf; parent: DraftGroup; full: string | undefined }) {
  const { root, problems, focus, change } = useTree();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus === leaf.key) {
      field.current?.focus();
    }
  }, [focus, leaf.key]);
  // What was not typed yet is not told wrong.
  const [touched, setTouched] = useState(leaf.value !== '');
  const problem = touched ? problems.get(leaf.key) : undefined;
  const set = (part: Partial<DraftLeaf>): void => change(changed(root, leaf.key, () => ({ ...leaf, ...part })));
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.defaultPrevented) {
      // Not the wizard's next step.
      event.preventDefault();
      setTouched(true);
      if (full === undefined && leaf.value.trim() !== '') {
        const next = newLeaf(leaf.field);
        change(added(root, parent.key, next, leaf.key), next.key);
      }
    }
  };
  const shared = { ref: field, size: 'xs' as const, 'aria-label': `Value of ${FIELD_LABELS[leaf.field].toLowerCase()}`, spellCheck: false, value: leaf.value, error: problem, onKeyDown: onKey, onBlur: () => setTouched(true) };
  return (
    <div className={classes['leaf']}>
      <Select size="xs" aria-label="Condition" allowDeselect={false} data={LEAF_FIELDS.map((value) => ({ value, label: FIELD_LABELS[value] }))} value={leaf.field} onChange={(value) => value !== null && set({ field: value as LeafField })} />
      {leaf.field === 'protocol' ? (
        <Autocomplete {...shared} placeholder="tcp, udp, or a number" data={[...PROTOCOL_CHOICES]} onChange={(value) => set({ value })} />
      ) : (
        <TextInput {...shared} placeholder={leaf.field.includes('port') ? '5060 or 16384-32767' : 'Address, network or name'} onChange={(event) => set({ value: event.currentTarget.value })} />
      )}
      <Remove part={leaf} parent={parent} what={`condition ${leaf.value}`.trim()} />
    </div>
  );
}

function Remove({ part, parent, what }: { part: DraftCondition; parent: DraftGroup; what: string }) {
  const { root, change } = useTree();
  const remove = (): void => {
    const at = parent.children.findIndex(({ key }) => key === part.key);
    const neighbour = parent.children[at + 1] ?? parent.children[at - 1];
    change(changed(root, part.key, () => undefined), neighbour?.key ?? parent.key);
  };
  return (
    <ActionIcon variant="subtle" color="gray" size={24} aria-label={`Remove ${what}`} onClick={remove}>
      <IconX size={14} aria-hidden />
    </ActionIcon>
  );
}
