import type { CaptureCapability, CredentialView } from '@capstan/contracts';
import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { FieldProblem } from '../api/problem';
import { StatusIcon } from '../design/status-badge';
import { DEVICE_TYPE_LABELS, DeviceIcon } from '../live-session/device-icon';
import { optionFields, wayFields } from './device-options';
import type { DraftTarget } from './draft';
import classes from './capture-wizard.module.css';

interface TargetRowProps {
  readonly target: DraftTarget;
  readonly capability: CaptureCapability | undefined;
  readonly credentials: readonly CredentialView[] | undefined;
  readonly problems: readonly FieldProblem[];
  readonly duplicate: boolean;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

/** One device of the draft. */
export function TargetRow({ target, capability, credentials, problems, duplicate, onEdit, onRemove }: TargetRowProps) {
  const words = [...problems.map(({ path, message }) => `${fieldOf(path)}${message}`), ...(duplicate ? ['is here twice: same host, port and interface'] : []), ...(capability?.available === false ? ['cannot be captured by this server'] : [])];
  return (
    <li className={classes['target']}>
      <span className={classes['targetIcon']} title={DEVICE_TYPE_LABELS[target.deviceType]}>
        <DeviceIcon type={target.deviceType} />
      </span>
      <span className={classes['targetText']}>
        <span className={classes['targetHost']}>{target.host}</span>
        <span className={classes['targetFacts']}>
          {DEVICE_TYPE_LABELS[target.deviceType]} · port {target.port === '' ? (capability?.default_port ?? '…') : target.port} · {target.interface === '' ? (capability?.default_interface ?? '…') : target.interface} · {accessOf(target, credentials)}
          {optionWords(target, capability)}
        </span>
        {words.map((word) => (
          <span key={word} className={classes['targetProblem']}>
            <StatusIcon status="attention" size={12} /> {word}
          </span>
        ))}
      </span>
      <Button variant="subtle" color="gray" size="compact-xs" onClick={onEdit}>
        Edit<span className="visually-hidden"> {target.host}</span>
      </Button>
      <ActionIcon variant="subtle" color="gray" size={24} aria-label={`Remove ${target.host}`} onClick={onRemove}>
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </li>
  );
}

/** What was chosen beyond the defaults, so that it cannot be forgotten. */
function optionWords({ options, deviceType }: DraftTarget, capability: CaptureCapability | undefined): string {
  const chosen = [...Object.keys(optionFields(options, capability)), ...Object.keys(wayFields(options, deviceType))].map((name) => OPTION_WORDS[name] ?? name);
  return chosen.length === 0 ? '' : ` · ${chosen.join(', ')}`;
}

const OPTION_WORDS: Readonly<Record<string, string>> = {
  buffer_mb: 'buffer size',
  buffer: 'buffer kind',
  packet_limit: 'packet limit',
  direction: 'one direction',
  control_plane: 'own traffic',
  extras: 'more answers',
  app_credential_id: 'application credential',
  takeover: 'takes over',
  tls_fingerprint: 'pinned certificate',
  legacy_crypto: 'SSH algorithms',
  host_key: 'pinned host key',
  jump: 'jump host',
};

function accessOf(target: DraftTarget, credentials: readonly CredentialView[] | undefined): string {
  switch (target.access) {
    case 'shared':
      return 'shared credentials';
    case 'stored':
      return credentials?.find(({ credential_id: id }) => id === target.credentialId)?.name ?? 'no credential chosen';
    case 'typed':
      return `as ${target.username === '' ? '…' : target.username}`;
  }
}

/** `targets.3.interface` as `Interface: `. */
function fieldOf(path: string): string {
  const field = path.split('.')[2];
  const names: Readonly<Record<string, string>> = { host: 'Host: ', port: 'Port: ', interface: 'Interface: ', username: 'User name: ', password: 'Password: ', credential_id: 'Credential: ' };
  return field === undefined ? '' : (names[field] ?? `${field}: `);
}
