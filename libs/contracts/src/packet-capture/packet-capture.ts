import { z } from 'zod';
import { hostAddress, hostOrNetwork, port, uuid } from '../primitives';

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

/** What to keep of the traffic. All given parts must match; `host` matches either direction and excludes `src` and `dest`. */
export const captureFilter = z
  .strictObject({
    host: hostOrNetwork.optional(),
    src: hostOrNetwork.optional(),
    dest: hostOrNetwork.optional(),
    port: port.optional(),
    protocol: z.enum(['ip', 'arp', 'rarp', 'all', 'tcp', 'udp', 'icmp']).optional(),
  })
  .superRefine((filter, context) => {
    if (filter.host !== undefined && (filter.src !== undefined || filter.dest !== undefined)) {
      context.addIssue({ code: 'custom', path: ['host'], message: 'host cannot be combined with src or dest', params: { code: 'FILTER_CONFLICT' } });
    }
    if (filter.port !== undefined && (filter.protocol === 'arp' || filter.protocol === 'rarp' || filter.protocol === 'icmp')) {
      context.addIssue({ code: 'custom', path: ['port'], message: `${filter.protocol} has no ports`, params: { code: 'FILTER_CONFLICT' } });
    }
  });
/** See {@link captureFilter}. */
export type CaptureFilter = z.output<typeof captureFilter>;

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
  /** Packets after which the device ends the capture by itself (IOS-XE). Default: no limit. */
  packet_limit: z.int().min(1).max(100_000).optional(),
  /** Packets into the interface, out of it, or both (IOS-XE). Default both. */
  direction: z.enum(['both', 'in', 'out']).optional(),
  /** Capture what goes to and from the router itself instead of an interface (IOS-XE). */
  control_plane: z.boolean().optional(),
});
/** See {@link packetCaptureTarget}. */
export type PacketCaptureTarget = z.output<typeof packetCaptureTarget>;

/** Fields of a target that only some device types know; a device type that does not know a given one refuses the target. */
export const CAPTURE_OPTIONS = ['buffer_mb', 'buffer', 'packet_limit', 'direction', 'control_plane'] as const;
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
  live_counters: z.array(z.string()),
  interface_selectable: z.boolean(),
  /** Fields of {@link CAPTURE_OPTIONS} it knows. */
  options: z.array(z.enum(CAPTURE_OPTIONS)).default([]),
  /** What is worth knowing before choosing it, one sentence each. */
  remarks: z.array(z.string()).default([]),
});
/** See {@link captureCapability}. */
export type CaptureCapability = z.output<typeof captureCapability>;

/** The exact command a target becomes; `dropped` is never empty in silence: what it lists is a 422. */
export const capturePreview = z.object({
  device_type: z.enum(CAPTURE_DEVICE_TYPES),
  host: z.string(),
  command: z.string(),
  filter_expression: z.string(),
  dropped: z.array(z.string()),
});
/** See {@link capturePreview}. */
export type CapturePreview = z.output<typeof capturePreview>;
