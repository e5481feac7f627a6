import { type CaptureCapability, type CaptureDeviceType, captureSessionTarget, type CredentialView } from '@capstan/contracts';
import { Button, Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { CapabilityFacts } from './capability-facts';
import { CredentialFields } from './credential-fields';
import { DeviceOptionFields, WayFields } from './device-option-fields';
import { type DraftOptions, optionFields, speaksSsh, wayFields } from './device-options';
import type { DraftTarget } from './draft';
import { typeChoices } from './use-capture-choices';
import classes from './capture-wizard.module.css';

interface TargetDialogProps {
  readonly target: DraftTarget;
  /** Whether it is not in the draft yet. */
  readonly isNew: boolean;
  readonly password: string;
  readonly capabilities: readonly CaptureCapability[] | undefined;
  readonly credentials: readonly CredentialView[] | undefined;
  /** Whether the same host, port and interface are in the draft already. */
  readonly isDuplicate: (target: DraftTarget) => boolean;
  readonly onSave: (target: DraftTarget, password: string) => void;
  readonly onClose: () => void;
}

/** One device with everything its type knows: where it is, how to log in, how it captures. */
export function TargetDialog({ target, isNew, password, capabilities, credentials, isDuplicate, onSave, onClose }: TargetDialogProps) {
  const [now, setNow] = useState(target);
  const [secret, setSecret] = useState(password);
  const [tried, setTried] = useState(false);
  const capability = capabilities?.find(({ device_type: type }) => type === now.deviceType);
  const wrong = problemsIn(now, capability);
  const problem = (path: string): string | undefined => (tried || path !== 'host' || now.host !== '' ? wrong.get(path) : undefined);
  const change = (part: Partial<DraftTarget>): void => setNow((before) => ({ ...before, ...part }));
  const changeOptions = (part: Partial<DraftOptions>): void => setNow((before) => ({ ...before, options: { ...before.options, ...part } }));
  return (
    <Modal opened onClose={onClose} title={isNew ? 'Add device' : `Edit ${target.host}`} size="lg">
      <form
        className={classes['dialog']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // A form inside the wizard's own, as far as React is concerned.
          event.stopPropagation();
          setTried(true);
          if (wrong.size === 0) {
            onSave({ ...now, host: now.host.trim(), interface: now.interface.trim() }, secret);
            onClose();
          }
        }}
      >
        <Select label="Device type" size="xs" allowDeselect={false} data={typeChoices(capabilities)} value={now.deviceType} onChange={(value) => value !== null && change({ deviceType: value as CaptureDeviceType })} />
        {capability === undefined ? null : <CapabilityFacts capability={capability} />}
        <TextInput data-autofocus label="Host" size="xs" spellCheck={false} autoComplete="off" value={now.host} onChange={(event) => change({ host: event.currentTarget.value })} error={problem('host')} />
        <div className={classes['pair']}>
          <NumberInput label="Port" size="xs" hideControls allowDecimal={false} clampBehavior="none" placeholder={String(capability?.default_port ?? '')} value={now.port} onChange={(value) => change({ port: typeof value === 'number' ? value : '' })} error={problem('port')} />
          <TextInput label="Interface" size="xs" placeholder={capability?.interface_selectable === false ? 'not selectable' : capability?.default_interface} disabled={capability?.interface_selectable === false || now.options.controlPlane} spellCheck={false} value={capability?.interface_selectable === false ? '' : now.interface} onChange={(event) => change({ interface: event.currentTarget.value })} error={problem('interface')} />
        </div>
        {isDuplicate(now) ? (
          <p className={classes['targetProblem']} role="status">
            The same host, port and interface are in the list already.
          </p>
        ) : null}
        <CredentialFields idPrefix={now.key} allowShared access={now.access} credentialId={now.credentialId} username={now.username} password={secret} credentials={credentials} show={false} onChange={change} onPassword={setSecret} />
        {capability === undefined ? null : <DeviceOptionFields capability={capability} options={now.options} credentials={credentials} onChange={changeOptions} problem={problem} />}
        <WayFields overSsh={speaksSsh(now.deviceType)} options={now.options} credentials={credentials} onChange={changeOptions} problem={problem} />
        <div className={classes['dialogButtons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit">{isNew ? 'Add device' : 'Save'}</Button>
        </div>
      </form>
    </Modal>
  );
}

/** What is wrong with a device itself, by the fields of the API; credentials are the session's affair too and not looked at. */
function problemsIn(target: DraftTarget, capability: CaptureCapability | undefined): ReadonlyMap<string, string> {
  const result = captureSessionTarget.safeParse({
    device_type: target.deviceType,
    host: target.host,
    ...(target.port === '' ? {} : { port: target.port }),
    ...(target.interface.trim() === '' || capability?.interface_selectable === false ? {} : { interface: target.interface.trim() }),
    ...optionFields(target.options, capability),
    ...wayFields(target.options, target.deviceType),
  });
  return new Map(result.success ? [] : result.error.issues.map((issue) => [issue.path.join('.'), issue.message]));
}
