import { type CaptureCapability, type CaptureDeviceType, captureSessionTarget, type CredentialView } from '@capstan/contracts';
import { Button, Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { CredentialFields } from './credential-fields';
import type { DraftTarget } from './draft';
import { typeChoices } from './use-capture-choices';
import classes from './capture-wizard.module.css';

interface TargetDialogProps {
  readonly target: DraftTarget;
  readonly password: string;
  readonly capabilities: readonly CaptureCapability[] | undefined;
  readonly credentials: readonly CredentialView[] | undefined;
  readonly onSave: (target: DraftTarget, password: string) => void;
  readonly onClose: () => void;
}

/** Changes one device, also its own credentials. */
export function TargetDialog({ target, password, capabilities, credentials, onSave, onClose }: TargetDialogProps) {
  const [now, setNow] = useState(target);
  const [secret, setSecret] = useState(password);
  const capability = capabilities?.find(({ device_type: type }) => type === now.deviceType);
  const fields = captureSessionTarget.shape;
  const wrong = {
    host: firstIssue(fields.host.safeParse(now.host)),
    port: now.port === '' ? undefined : firstIssue(fields.port.safeParse(now.port)),
    interface: now.interface.trim() === '' ? undefined : firstIssue(fields.interface.safeParse(now.interface.trim())),
  };
  const complete = Object.values(wrong).every((problem) => problem === undefined);
  const change = (part: Partial<DraftTarget>): void => setNow((before) => ({ ...before, ...part }));
  return (
    <Modal opened onClose={onClose} title={`Edit ${target.host}`} size="md">
      <form
        className={classes['dialog']}
        onSubmit={(event) => {
          event.preventDefault();
          // A form inside the wizard's own, as far as React is concerned.
          event.stopPropagation();
          if (complete) {
            onSave({ ...now, host: now.host.trim(), interface: now.interface.trim() }, secret);
            onClose();
          }
        }}
      >
        <Select label="Device type" size="xs" allowDeselect={false} data={typeChoices(capabilities)} value={now.deviceType} onChange={(value) => value !== null && change({ deviceType: value as CaptureDeviceType })} />
        <TextInput data-autofocus label="Host" size="xs" spellCheck={false} value={now.host} onChange={(event) => change({ host: event.currentTarget.value })} error={wrong.host} />
        <div className={classes['pair']}>
          <NumberInput label="Port" size="xs" hideControls allowDecimal={false} clampBehavior="none" placeholder={String(capability?.default_port ?? '')} value={now.port} onChange={(value) => change({ port: typeof value === 'number' ? value : '' })} error={wrong.port} />
          <TextInput label="Interface" size="xs" placeholder={capability?.default_interface} disabled={capability?.interface_selectable === false} spellCheck={false} value={now.interface} onChange={(event) => change({ interface: event.currentTarget.value })} error={wrong.interface} />
        </div>
        <CredentialFields idPrefix={now.key} allowShared access={now.access} credentialId={now.credentialId} username={now.username} password={secret} credentials={credentials} show={false} onChange={change} onPassword={setSecret} />
        <div className={classes['dialogButtons']}>
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" disabled={!complete}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function firstIssue(result: { success: true } | { success: false; error: { issues: readonly { message: string }[] } }): string | undefined {
  return result.success ? undefined : (result.error.issues[0]?.message ?? 'is not valid');
}
