import { z } from 'zod';
import { hostAddress, port, uuid } from '../primitives';
import { captureFilter, FILTER_NODES } from './filter';
import { sshTargetFields } from './ssh-options';

/** The platforms on which packets can be captured. */
export const CAPTURE_DEVICE_TYPES = ['cucm', 'cube', 'csr1000v', 'expressway', 'linux'] as const;
/** See {@link CAPTURE_DEVICE_TYPES}. */
export type CaptureDeviceType = (typeof CAPTURE_DEVICE_TYPES)[number];

/** Port and interface a target gets when it names none. */
export const CAPTURE_DEFAULTS: Readonly<Record<CaptureDeviceType, { port: number; interface: string }>> = {
  cucm: { port: 22, interface: 'eth0' },
  cube: { port: 22, interface: 'GigabitEthernet1' },
  csr1000v: { port: 22, interface: 'GigabitEthernet1' },
  expressway: { port: 443, interface: 'eth0' },
  linux: { port: 22, interface: 'any' },
};

/** Upper bound of targets in one session. */
export const MAX_TARGETS = 50;

/** An interface name as routers and Linux write it: it goes into a command line, so nothing else is let through. */
export const interfaceName = z
  .string()
  .min(1, 'must not be empty')
  .max(60)
  .regex(/^[A-Za-z][A-Za-z0-9._:/@-]*$/, 'must be an interface name such as eth0 or GigabitEthernet0/0/1');

/** SHA-256 of a certificate in hex, with or without colons. */
export const tlsFingerprint = z
  .string()
  .trim()
  .regex(/^(?:[0-9A-Fa-f]{64}|(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})$/, 'must be a SHA-256 fingerprint in hex, as openssl x509 -fingerprint -sha256 prints it');

/** What happens to a filter that a device cannot express: a 422, or a wider capture whose filtered copy is a second artifact. */
export const ON_UNSUPPORTED = ['refuse', 'post_filter'] as const;
/** See {@link ON_UNSUPPORTED}. */
export type OnUnsupported = (typeof ON_UNSUPPORTED)[number];

/** What a CUBE can be asked besides a capture: words for commands that only show, never a command itself. */
export const CAPTURE_EXTRAS = ['voip_trace', 'active_calls', 'sip_calls', 'logging'] as const;
/** See {@link CAPTURE_EXTRAS}. */
export type CaptureExtra = (typeof CAPTURE_EXTRAS)[number];

/**
 * One packet capture as the engine knows it. `duration_sec` of the session ends a `standard` capture;
 * a `rotating` one keeps the newest `max_files` files of `size_per_file_mb` MB until it is stopped.
 */
export const packetCaptureTarget = z.strictObject({
  kind: z.literal('packet-capture'),
  device_type: z.enum(CAPTURE_DEVICE_TYPES),
  host: hostAddress,
  port: port.optional(),
  interface: interfaceName.optional(),
  credential_id: uuid,
  mode: z.enum(['standard', 'rotating']).default('standard'),
  size_per_file_mb: z.int().min(1).max(100).default(25),
  max_files: z.int().min(2).max(100).default(10),
  filter: captureFilter.nullish().transform((filter) => filter ?? undefined),
  /** MB of the device's capture buffer (IOS-XE). Default 50; in rotating mode as much as the wanted files, at most 100. */
  buffer_mb: z.int().min(1).max(100).optional(),
  /** What a full buffer means (IOS-XE): the capture is over, or the oldest packets are lost. Default linear in standard mode, circular in rotating mode. */
  buffer: z.enum(['linear', 'circular']).optional(),
  /** Packets after which the device ends the capture by itself (IOS-XE: default no limit; CUCM, standard mode: default 100,000). */
  packet_limit: z.int().min(1).max(100_000).optional(),
  /** Packets into the interface, out of it, or both (IOS-XE). Default both. */
  direction: z.enum(['both', 'in', 'out']).optional(),
  /** Capture what goes to and from the router itself instead of an interface (IOS-XE). */
  control_plane: z.boolean().optional(),
  /** What the router is asked when the capture has ended (CUBE); each answer is a text file beside the capture. Nothing is switched on for it. */
  extras: z.array(z.enum(CAPTURE_EXTRAS)).min(1).max(CAPTURE_EXTRAS.length).optional(),
  /** Whether somebody else's run may be ended for this one (Expressway, which knows one run at a time). Default no: it is respected. */
  takeover: z.boolean().optional(),
  /** Fingerprint that the device's TLS certificate must have (Expressway). Default: the one trusted on first use. */
  tls_fingerprint: tlsFingerprint.optional(),
  /** Credential of an application user, by which files are fetched over HTTPS (CUCM). Without it the node pushes them. */
  app_credential_id: uuid.optional(),
  /** With `post_filter`, what the device cannot express is captured too and taken out of a copy afterwards. */
  on_unsupported: z.enum(ON_UNSUPPORTED).default('refuse'),
  ...sshTargetFields,
  /** Task whose files wait on the device: they are collected, and nothing is captured. Set by `retry-collect`. */
  collect_from: uuid.optional(),
});
/** See {@link packetCaptureTarget}. */
export type PacketCaptureTarget = z.output<typeof packetCaptureTarget>;

/** Fields of a target that only some device types know; a device type that does not know a given one refuses the target. */
export const CAPTURE_OPTIONS = ['buffer_mb', 'buffer', 'packet_limit', 'direction', 'control_plane', 'extras', 'app_credential_id', 'takeover', 'tls_fingerprint'] as const;
/** See {@link CAPTURE_OPTIONS}. */
export type CaptureOption = (typeof CAPTURE_OPTIONS)[number];

/** What one device type can do; shown before a session is built. */
export const captureCapability = z.object({
  device_type: z.enum(CAPTURE_DEVICE_TYPES),
  available: z.boolean(),
  default_port: z.int(),
  default_interface: z.string(),
  modes: z.array(z.enum(['standard', 'rotating'])),
  filter_fields: z.array(z.enum(['host', 'src', 'dest', 'port', 'protocol'])),
  filter_protocols: z.array(z.string()),
  /** Nodes of a filter's tree that the device itself can express; the others need `on_unsupported: post_filter`. */
  filter_nodes: z.array(z.enum(FILTER_NODES)),
  live_counters: z.array(z.string()),
  interface_selectable: z.boolean(),
  /** Fields of {@link CAPTURE_OPTIONS} it knows. */
  options: z.array(z.enum(CAPTURE_OPTIONS)).default([]),
  /** What is worth knowing before choosing it, one sentence each. */
  remarks: z.array(z.string()).default([]),
});
/** See {@link captureCapability}. */
export type CaptureCapability = z.output<typeof captureCapability>;

/** What a target becomes on its device, to the letter. */
export const capturePreview = z.object({
  device_type: z.enum(CAPTURE_DEVICE_TYPES),
  host: z.string(),
  /** The command; several are on lines of their own. */
  command: z.string(),
  /** The part of the filter that the device applies, in its own language; empty when it captures everything. */
  filter_expression: z.string(),
  /** Wireshark display filter of the filtered copy; null when the device applies the whole filter itself. */
  post_filter: z.string().nullable(),
  /** Parts of the filter that the device does not apply, by their path; with `post_filter` they are applied afterwards. */
  dropped: z.array(z.string()),
});
/** See {@link capturePreview}. */
export type CapturePreview = z.output<typeof capturePreview>;
