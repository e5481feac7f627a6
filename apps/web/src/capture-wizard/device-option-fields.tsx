import { CAPTURE_EXTRAS, type CaptureCapability, type CaptureExtra, type CaptureOption, type CredentialView, MAX_JUMPS } from '@capstan/contracts';
import { ActionIcon, Button, MultiSelect, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { CredentialSelect } from './credential-select';
import { type DraftJump, type DraftOptions, EXTRA_WORDS } from './device-options';
import type { NumberField } from './draft';
import classes from './capture-wizard.module.css';

interface OptionFieldsProps {
  readonly options: DraftOptions;
  readonly credentials: readonly CredentialView[] | undefined;
  readonly onChange: (part: Partial<DraftOptions>) => void;
  /** What is wrong, by the field of the API. */
  readonly problem: (path: string) => string | undefined;
}

const number = (value: string | number): NumberField => (typeof value === 'number' ? value : '');

/** Options that this device type knows, and no others. */
export function DeviceOptionFields({ options, capability, credentials, onChange, problem }: OptionFieldsProps & { capability: CaptureCapability }) {
  const has = (option: CaptureOption): boolean => capability.options.includes(option);
  return (
    <>
      {has('app_credential_id') ? (
        <CredentialSelect
          label="Application credential"
          description="Fetches the files over HTTPS. Without it the node pushes them to an SFTP server of ours."
          clearable
          credentials={credentials?.filter(({ kind }) => kind !== 'ssh_key')}
          value={options.appCredentialId}
          onChange={(appCredentialId) => onChange({ appCredentialId })}
        />
      ) : null}
      <div className={classes['pair']}>
        {has('buffer_mb') ? <NumberInput label="Buffer" size="xs" suffix=" MB" placeholder="50 MB" hideControls allowDecimal={false} allowNegative={false} clampBehavior="none" value={options.bufferMb} onChange={(value) => onChange({ bufferMb: number(value) })} error={problem('buffer_mb')} /> : null}
        {has('buffer') ? (
          <Select
            label="When the buffer is full"
            size="xs"
            allowDeselect={false}
            data={[
              { value: '', label: 'As the mode needs' },
              { value: 'linear', label: 'The capture ends' },
              { value: 'circular', label: 'The oldest packets go' },
            ]}
            value={options.buffer}
            onChange={(buffer) => onChange({ buffer: (buffer ?? '') as DraftOptions['buffer'] })}
          />
        ) : null}
        {has('direction') ? (
          <Select
            label="Direction"
            size="xs"
            allowDeselect={false}
            disabled={options.controlPlane}
            data={[
              { value: '', label: 'Both' },
              { value: 'in', label: 'Into the interface' },
              { value: 'out', label: 'Out of the interface' },
            ]}
            value={options.direction === 'both' ? '' : options.direction}
            onChange={(direction) => onChange({ direction: (direction ?? '') as DraftOptions['direction'] })}
          />
        ) : null}
        {has('packet_limit') ? <NumberInput label="Packets at most" size="xs" placeholder="The device’s own limit" thousandSeparator="," hideControls allowDecimal={false} allowNegative={false} clampBehavior="none" value={options.packetLimit} onChange={(value) => onChange({ packetLimit: number(value) })} error={problem('packet_limit')} /> : null}
      </div>
      {has('control_plane') ? <Switch size="sm" label="The router’s own traffic" description="What goes to and from the router itself, instead of what passes the interface." checked={options.controlPlane} onChange={(event) => onChange({ controlPlane: event.currentTarget.checked })} /> : null}
      {has('extras') ? (
        <MultiSelect
          label="Also ask the router"
          description="When the capture has ended; each answer is a text file beside it. Nothing is switched on."
          size="xs"
          clearable
          data={CAPTURE_EXTRAS.map((extra) => ({ value: extra, label: EXTRA_WORDS[extra] }))}
          value={[...options.extras]}
          onChange={(extras) => onChange({ extras: extras as CaptureExtra[] })}
        />
      ) : null}
      {has('takeover') ? <Switch size="sm" label="End somebody else’s run" description="The device logs for one at a time. Off: a run that is not ours is respected, and this device fails." checked={options.takeover} onChange={(event) => onChange({ takeover: event.currentTarget.checked })} /> : null}
      {has('tls_fingerprint') ? (
        <TextInput label="Certificate’s SHA-256 fingerprint" description="Empty: the certificate is trusted that the device shows first." size="xs" spellCheck={false} autoComplete="off" classNames={{ input: 'mono' }} value={options.tlsFingerprint} onChange={(event) => onChange({ tlsFingerprint: event.currentTarget.value })} error={problem('tls_fingerprint')} />
      ) : null}
    </>
  );
}

/** How a device is reached: over SSH, or over HTTPS; through jump hosts either way. */
export function WayFields({ overSsh, options, credentials, onChange, problem }: OptionFieldsProps & { readonly overSsh: boolean }) {
  const jump = (index: number, part: Partial<DraftJump>): void => onChange({ jumps: options.jumps.map((hop, at) => (at === index ? { ...hop, ...part } : hop)) });
  return (
    <details className={classes['more']} open={options.jumps.length > 0 || (overSsh && (options.legacyCrypto !== '' || options.hostKey !== ''))}>
      <summary>{overSsh ? 'SSH' : 'Jump hosts'}</summary>
      <div className={classes['dialog']}>
        {overSsh ? (
          <>
            <Select
              label="Outdated algorithms (SHA-1, CBC)"
              size="xs"
              allowDeselect={false}
              data={[
                { value: '', label: 'Only where the device knows no others' },
                { value: 'never', label: 'Never' },
                { value: 'always', label: 'Offer them at once' },
              ]}
              value={options.legacyCrypto === 'auto' ? '' : options.legacyCrypto}
              onChange={(value) => onChange({ legacyCrypto: (value ?? '') as DraftOptions['legacyCrypto'] })}
            />
            <TextInput label="Host key’s fingerprint" description="Empty: the key is trusted that the device shows first." placeholder="SHA256:…" size="xs" spellCheck={false} autoComplete="off" classNames={{ input: 'mono' }} value={options.hostKey} onChange={(event) => onChange({ hostKey: event.currentTarget.value })} error={problem('host_key')} />
          </>
        ) : null}
        {options.jumps.map((hop, index) => (
          <fieldset key={index} className={classes['jump']}>
            <legend>{options.jumps.length === 1 ? 'Jump host' : `Jump host ${index + 1}`}</legend>
            <div className={classes['jumpHead']}>
              <TextInput label="Host" size="xs" spellCheck={false} value={hop.host} onChange={(event) => jump(index, { host: event.currentTarget.value })} error={problem(`jump.${index}.host`)} />
              <NumberInput label="Port" size="xs" hideControls placeholder="22" allowDecimal={false} clampBehavior="none" value={hop.port} onChange={(value) => jump(index, { port: number(value) })} error={problem(`jump.${index}.port`)} />
              <ActionIcon variant="subtle" color="gray" size={24} aria-label={`Remove jump host ${hop.host}`} onClick={() => onChange({ jumps: options.jumps.filter((_hop, at) => at !== index) })}>
                <IconX size={14} aria-hidden />
              </ActionIcon>
            </div>
            <CredentialSelect label="Credential of the jump host" credentials={credentials} value={hop.credentialId} onChange={(credentialId) => jump(index, { credentialId })} error={problem(`jump.${index}.credential_id`)} />
          </fieldset>
        ))}
        {options.jumps.length >= MAX_JUMPS ? null : (
          <Button variant="subtle" color="gray" size="compact-xs" style={{ alignSelf: 'flex-start' }} leftSection={<IconPlus size={12} aria-hidden />} onClick={() => onChange({ jumps: [...options.jumps, { host: '', port: '', credentialId: '' }] })}>
            Jump host
          </Button>
        )}
      </div>
    </details>
  );
}
