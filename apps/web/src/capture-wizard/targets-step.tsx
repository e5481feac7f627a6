import { CAPTURE_DEFAULTS, type CaptureDeviceType } from '@capstan/contracts';
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { IconClipboardText, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { Empty, ProblemNotice } from '../design/feedback';
import { Panel, Section } from '../design/page';
import { CredentialFields } from './credential-fields';
import { type DraftTarget, duplicateKeys, type NumberField } from './draft';
import { problemAt, targetProblems } from './draft-problems';
import { PasteDialog } from './paste-dialog';
import { TargetDialog } from './target-dialog';
import { TargetRow } from './target-row';
import { TemplatesMenu } from './templates-menu';
import { typeChoices, useCaptureChoices } from './use-capture-choices';
import { type DraftControl, newTarget } from './use-draft';
import classes from './capture-wizard.module.css';

/** Which devices, and how to log in. */
export function TargetsStep({ control, show }: { control: DraftControl; show: boolean }) {
  const { draft, secrets, problems, change } = control;
  const { capabilities, credentials } = useCaptureChoices();
  const [editing, setEditing] = useState<DraftTarget>();
  const [pasting, setPasting] = useState(false);
  const twice = duplicateKeys(draft.targets, CAPTURE_DEFAULTS);
  const isNew = editing !== undefined && !draft.targets.some(({ key }) => key === editing.key);
  return (
    <>
      <Section
        title="Devices"
        aside={
          <div className={classes['sectionButtons']}>
            <TemplatesMenu control={control} />
            <Button variant="default" leftSection={<IconClipboardText size={14} aria-hidden />} onClick={() => setPasting(true)}>
              Paste many
            </Button>
          </div>
        }
      >
        {capabilities.isError ? <ProblemNotice error={capabilities.error} retry={() => void capabilities.refetch()} title="Device types could not be loaded" /> : null}
        <Panel padded={false}>
          <AddDevice control={control} choices={capabilities.data} onMore={setEditing} />
          {draft.targets.length === 0 ? (
            <Empty title="No devices yet">{show ? 'At least one device is needed: type a host above, or paste a list.' : 'Type a host above and press Enter, or paste a list. Up to 50 devices start together.'}</Empty>
          ) : (
            <ul className={classes['targets']} aria-label="Devices">
              {draft.targets.map((target, index) => (
                <TargetRow
                  key={target.key}
                  target={target}
                  capability={capabilities.data?.find(({ device_type: type }) => type === target.deviceType)}
                  credentials={credentials.data}
                  problems={show || target.access !== 'shared' ? targetProblems(problems, index) : targetProblems(problems, index).filter(({ path }) => path !== `targets.${index}`)}
                  duplicate={twice.has(target.key)}
                  onEdit={() => setEditing(target)}
                  onRemove={() => change({ type: 'remove', key: target.key })}
                />
              ))}
            </ul>
          )}
        </Panel>
        {show && problemAt(problems, 'targets') !== undefined && draft.targets.length > 0 ? <p className={classes['problem']}>{problemAt(problems, 'targets')}</p> : null}
      </Section>
      <Section title="Credentials for all devices">
        <Panel>
          <CredentialFields
            idPrefix="shared"
            access={draft.sharedAccess}
            credentialId={draft.sharedCredentialId}
            username={draft.sharedUsername}
            password={secrets['shared'] ?? ''}
            credentials={credentials.data}
            show={show}
            onChange={(part) =>
              change({ type: 'set', part: { ...(part.access === undefined ? {} : { sharedAccess: part.access }), ...(part.credentialId === undefined ? {} : { sharedCredentialId: part.credentialId }), ...(part.username === undefined ? {} : { sharedUsername: part.username }) } })
            }
            onPassword={(value) => change({ type: 'secret', key: 'shared', value })}
          />
        </Panel>
      </Section>
      {editing === undefined ? null : (
        <TargetDialog
          key={editing.key}
          target={editing}
          isNew={isNew}
          password={secrets[editing.key] ?? ''}
          capabilities={capabilities.data}
          credentials={credentials.data}
          isDuplicate={(target) => duplicateKeys([...draft.targets.filter(({ key }) => key !== target.key), target], CAPTURE_DEFAULTS).has(target.key)}
          onClose={() => setEditing(undefined)}
          onSave={(target, password) => change({ type: 'target', target, password })}
        />
      )}
      <PasteDialog opened={pasting} choices={typeChoices(capabilities.data)} onClose={() => setPasting(false)} onAdd={(targets) => change({ type: 'add', targets })} />
    </>
  );
}

/** One line that adds a device; Enter adds and goes back to the host. */
function AddDevice({ control, choices, onMore }: { control: DraftControl; choices: ReturnType<typeof useCaptureChoices>['capabilities']['data']; onMore: (target: DraftTarget) => void }) {
  const [deviceType, setDeviceType] = useState<CaptureDeviceType>('linux');
  const [host, setHost] = useState('');
  const [port, setPort] = useState<NumberField>('');
  const [name, setName] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const capability = choices?.find(({ device_type: type }) => type === deviceType);
  const take = (): DraftTarget => {
    setHost('');
    setPort('');
    setName('');
    return newTarget({ deviceType, host: host.trim(), port, interface: capability?.interface_selectable === false ? '' : name.trim() });
  };
  const add = (): void => {
    if (host.trim() !== '') {
      control.change({ type: 'add', targets: [take()] });
    }
    field.current?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && host.trim() !== '') {
      event.preventDefault();
      add();
    }
  };
  return (
    <div className={classes['add']} role="group" aria-label="Add device">
      <Select label="Device type" size="xs" allowDeselect={false} data={typeChoices(choices)} value={deviceType} onChange={(value) => value !== null && setDeviceType(value as CaptureDeviceType)} comboboxProps={{ width: 280, position: 'bottom-start' }} />
      <TextInput ref={field} label="Host" size="xs" placeholder="name or address" spellCheck={false} autoComplete="off" value={host} onChange={(event) => setHost(event.currentTarget.value)} onKeyDown={onKey} />
      <NumberInput label="Port" size="xs" hideControls allowDecimal={false} allowNegative={false} min={1} max={65_535} clampBehavior="none" placeholder={String(capability?.default_port ?? 22)} value={port} onChange={(value) => setPort(typeof value === 'number' ? value : '')} onKeyDown={onKey} />
      <TextInput label="Interface" size="xs" placeholder={capability?.default_interface ?? 'any'} disabled={capability?.interface_selectable === false} spellCheck={false} autoComplete="off" value={name} onChange={(event) => setName(event.currentTarget.value)} onKeyDown={onKey} />
      <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
        Add device
      </Button>
      <Button variant="subtle" color="gray" onClick={() => onMore(take())}>
        With options…
      </Button>
    </div>
  );
}
