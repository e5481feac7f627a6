import type { CaptureCapability, CaptureDeviceType, CaptureExtra, CaptureOption } from '@capstan/contracts';
import type { NumberField } from './draft';

/** A host on the way to a device. */
export interface DraftJump {
  readonly host: string;
  readonly port: NumberField;
  readonly credentialId: string;
}

/** Options of one device, as typed; empty means the default of the device type. */
export interface DraftOptions {
  readonly bufferMb: NumberField;
  readonly buffer: '' | 'linear' | 'circular';
  readonly packetLimit: NumberField;
  readonly direction: '' | 'both' | 'in' | 'out';
  readonly controlPlane: boolean;
  readonly extras: readonly CaptureExtra[];
  readonly appCredentialId: string;
  readonly takeover: boolean;
  readonly tlsFingerprint: string;
  readonly legacyCrypto: '' | 'never' | 'auto' | 'always';
  readonly hostKey: string;
  readonly jumps: readonly DraftJump[];
}

/** Nothing chosen. */
export const NO_OPTIONS: DraftOptions = { bufferMb: '', buffer: '', packetLimit: '', direction: '', controlPlane: false, extras: [], appCredentialId: '', takeover: false, tlsFingerprint: '', legacyCrypto: '', hostKey: '', jumps: [] };

const FIELDS: Readonly<Record<CaptureOption, (options: DraftOptions) => unknown>> = {
  buffer_mb: ({ bufferMb }) => bufferMb,
  buffer: ({ buffer }) => buffer,
  packet_limit: ({ packetLimit }) => packetLimit,
  direction: ({ direction }) => direction,
  control_plane: ({ controlPlane }) => controlPlane,
  extras: ({ extras }) => (extras.length === 0 ? '' : extras),
  app_credential_id: ({ appCredentialId }) => appCredentialId,
  takeover: ({ takeover }) => takeover,
  tls_fingerprint: ({ tlsFingerprint }) => tlsFingerprint.trim(),
};

/**
 * Options as fields of a target of the API: what was chosen, and what the device type knows. A choice that was made for
 * another type is kept in the draft and not sent.
 * @param capability undefined while it is not known: then everything that was chosen is sent
 */
export function optionFields(options: DraftOptions, capability: Pick<CaptureCapability, 'options'> | undefined): Readonly<Record<string, unknown>> {
  const known = (Object.keys(FIELDS) as CaptureOption[]).filter((name) => capability === undefined || capability.options.includes(name));
  return Object.fromEntries(known.map((name) => [name, FIELDS[name](options)] as const).filter(([, value]) => value !== '' && value !== false));
}

/** What a router can be asked besides, in words for people. */
export const EXTRA_WORDS: Readonly<Record<CaptureExtra, string>> = { voip_trace: 'VoIP trace', active_calls: 'Active calls', sip_calls: 'SIP calls', logging: 'Log' };

/** Whether a device is spoken with over SSH; the others over HTTPS, to which all that is said of SSH means nothing. */
export function speaksSsh(deviceType: CaptureDeviceType): boolean {
  return deviceType !== 'expressway';
}

/** How a device is reached, as fields of a target of the API. */
export function wayFields({ legacyCrypto, hostKey, jumps }: DraftOptions, deviceType: CaptureDeviceType): Readonly<Record<string, unknown>> {
  const ssh = speaksSsh(deviceType);
  return {
    ...(!ssh || legacyCrypto === '' ? {} : { legacy_crypto: legacyCrypto }),
    ...(!ssh || hostKey.trim() === '' ? {} : { host_key: hostKey.trim() }),
    ...(jumps.length === 0 ? {} : { jump: jumps.map(({ host, port, credentialId }) => ({ host: host.trim(), ...(port === '' ? {} : { port }), credential_id: credentialId })) }),
  };
}

/** What a device type can do, in words for people. */
export function capabilityFacts(capability: CaptureCapability): readonly { readonly term: string; readonly text: string }[] {
  const words: Readonly<Record<string, string>> = { packets_captured: 'packets', packets_dropped: 'dropped packets', bytes: 'bytes', files: 'files' };
  const nodes = capability.filter_nodes;
  const fields = nodes.filter((node) => node !== 'all' && node !== 'any' && node !== 'not').map((node) => NODE_WORDS[node] ?? node);
  const combine = [nodes.includes('any') ? 'or' : '', nodes.includes('not') ? 'not' : ''].filter((word) => word !== '');
  return [
    { term: 'Filters by', text: fields.length === 0 ? 'nothing; a filtered copy can be made afterwards' : `${fields.join(', ')}${combine.length === 0 ? '; all of them together only' : `, combined with ${combine.join(' and ')}`}` },
    { term: 'Counts live', text: capability.live_counters.length === 0 ? 'nothing; the time is shown' : capability.live_counters.map((name) => words[name] ?? name.replaceAll('_', ' ')).join(', ') },
    { term: 'Until stopped', text: capability.modes.includes('rotating') ? 'yes' : 'no, for a time only' },
  ];
}

const NODE_WORDS: Readonly<Record<string, string>> = { host: 'host', src: 'source', dest: 'destination', port: 'port', src_port: 'source port', dest_port: 'destination port', protocol: 'protocol' };
