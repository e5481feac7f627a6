import { z } from 'zod';
import { defineEvent, defineProgress, defineRpc } from '../envelope/definitions';
import { hostAddress, isoTimestamp, label, pageInfo, port, uuid } from '../primitives';

const OWNER = 'sdr-acquirer';

/** The protocols receivers speak. */
export const RECEIVER_PROTOCOLS = ['kiwisdr', 'rtl_tcp', 'http_iq'] as const;
/** See {@link RECEIVER_PROTOCOLS}. */
export type ReceiverProtocol = (typeof RECEIVER_PROTOCOLS)[number];

const frequency = z.int().min(1).max(30_000_000_000);
const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);

const receiverFields = {
  name: label(100),
  protocol: z.enum(RECEIVER_PROTOCOLS),
  host: hostAddress,
  port,
  /** Below the address, where the protocol has paths: a KiwiSDR behind a proxy, the folder of an HTTP receiver. */
  path: z.string().trim().max(200).regex(/^(?:\/[A-Za-z0-9._~-]+)*\/?$/, 'must be a path such as /site/1').default(''),
  latitude: latitude.nullish().transform((value) => value ?? null),
  longitude: longitude.nullish().transform((value) => value ?? null),
  altitude_asl: z.int().min(-500).max(9_000).nullish().transform((value) => value ?? null),
  location_description: z.string().trim().max(255).default(''),
  country: z.string().trim().max(100).default(''),
  admin_email: z.union([z.literal(''), z.email()]).default(''),
  /** What it can be tuned to. */
  frequency_min_hz: z.int().min(0).max(30_000_000_000).default(0),
  frequency_max_hz: frequency.default(30_000_000),
  /** Samples per second to ask for; a KiwiSDR brings what it has. */
  sample_rate_hz: z.int().min(1_000).max(3_200_000).default(12_000),
  /** Seconds a recording waits for it before it starts without it. */
  timeout_seconds: z.int().min(1).max(300).default(30),
  retry_count: z.int().min(0).max(10).default(3),
  is_active: z.boolean().default(true),
  notes: z.string().max(2_000).default(''),
} as const;

function bandIsOrdered(receiver: { frequency_min_hz?: number; frequency_max_hz?: number }, context: z.RefinementCtx): void {
  if (receiver.frequency_min_hz !== undefined && receiver.frequency_max_hz !== undefined && receiver.frequency_min_hz >= receiver.frequency_max_hz) {
    context.addIssue({ code: 'custom', path: ['frequency_max_hz'], message: 'must be above frequency_min_hz', params: { code: 'OUT_OF_RANGE' } });
  }
}

/** A receiver without its password: what services tell each other. */
export const receiverOrder = z.strictObject(receiverFields).superRefine(bandIsOrdered);
/** See {@link receiverOrder}. */
export type ReceiverOrder = z.output<typeof receiverOrder>;

/** Written, never read again: it leaves the gateway sealed. Null takes it away. */
const receiverPassword = z.string().min(1).max(1_000).nullable().optional();

/** Body of `POST /receivers`. */
export const createReceiverBody = z.strictObject({ ...receiverFields, password: receiverPassword }).superRefine(bandIsOrdered);
/** See {@link createReceiverBody}. */
export type CreateReceiverBody = z.output<typeof createReceiverBody>;

const receiverChanges = {
  name: label(100).optional(),
  host: hostAddress.optional(),
  port: port.optional(),
  path: receiverFields.path.unwrap().optional(),
  latitude: latitude.nullable().optional(),
  longitude: longitude.nullable().optional(),
  altitude_asl: z.int().min(-500).max(9_000).nullable().optional(),
  location_description: z.string().trim().max(255).optional(),
  country: z.string().trim().max(100).optional(),
  admin_email: z.union([z.literal(''), z.email()]).optional(),
  frequency_min_hz: z.int().min(0).max(30_000_000_000).optional(),
  frequency_max_hz: frequency.optional(),
  sample_rate_hz: z.int().min(1_000).max(3_200_000).optional(),
  timeout_seconds: z.int().min(1).max(300).optional(),
  retry_count: z.int().min(0).max(10).optional(),
  is_active: z.boolean().optional(),
  notes: z.string().max(2_000).optional(),
} as const;

/** Changes of a receiver without its password: what services tell each other. */
export const receiverChangesOrder = z.strictObject(receiverChanges).superRefine(bandIsOrdered);
/** See {@link receiverChangesOrder}. */
export type ReceiverChangesOrder = z.output<typeof receiverChangesOrder>;

/** Body of `PATCH /receivers/:id`: what is named changes. */
export const updateReceiverBody = z.strictObject({ ...receiverChanges, password: receiverPassword }).superRefine(bandIsOrdered);
/** See {@link updateReceiverBody}. */
export type UpdateReceiverBody = z.output<typeof updateReceiverBody>;

/** How a receiver is, as its own status page says; no channel is used to find out. */
export const receiverHealth = z.object({
  receiver_id: uuid,
  status: z.enum(['online', 'busy', 'offline', 'unknown']),
  last_check: isoTimestamp.nullable(),
  response_time_ms: z.number().nullable(),
  /** Share of checks of the last 24 hours that found it, per cent. */
  uptime: z.number().nullable(),
  users: z.int().nullable(),
  users_max: z.int().nullable(),
  gps_good: z.boolean().nullable(),
  avg_snr: z.number().nullable(),
  software: z.string().nullable(),
  error_message: z.string().nullable(),
});
/** See {@link receiverHealth}. */
export type ReceiverHealthView = z.output<typeof receiverHealth>;

/** One receiver. `receiver_no` is given once and never again: it is part of the names of stored objects. */
export const receiverView = z.object({
  receiver_id: uuid,
  receiver_no: z.int(),
  name: z.string(),
  protocol: z.enum(RECEIVER_PROTOCOLS),
  host: z.string(),
  port: z.int(),
  path: z.string(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  altitude_asl: z.int().nullable(),
  location_description: z.string(),
  country: z.string(),
  admin_email: z.string(),
  frequency_min_hz: z.int(),
  frequency_max_hz: z.int(),
  sample_rate_hz: z.int(),
  timeout_seconds: z.int(),
  retry_count: z.int(),
  is_active: z.boolean(),
  notes: z.string(),
  /** Whether a password is kept for it; what it is nobody is told. */
  has_password: z.boolean(),
  created_at: isoTimestamp,
  health: receiverHealth,
});
/** See {@link receiverView}. */
export type ReceiverView = z.output<typeof receiverView>;

/** Filters of the list of receivers. */
export const receiverListQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  per_page: z.coerce.number().int().min(1).max(100).default(100),
  limit: z.coerce.number().int().min(1).max(100).optional(),
  include_inactive: z.enum(['true', 'false']).default('true'),
  q: z.string().max(100).optional(),
});

/** A page of receivers, by number. */
export const receiverList = z.object({ receivers: z.array(receiverView), ...pageInfo });

/** Body of `POST /receivers/import`: rows as `GET /receivers/export` gives them; a row may bring a `password`, which no export has. */
export const importReceiversBody = z.strictObject({ receivers: z.array(z.record(z.string(), z.unknown())).min(1).max(500) });

/** What became of each row, in order. */
export const importReceiversAnswer = z.object({
  created: z.int(),
  updated: z.int(),
  failed: z.int(),
  results: z.array(z.object({ index: z.int(), name: z.string().nullable(), outcome: z.enum(['created', 'updated', 'failed']), errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })) })),
});

/** What a sealed password of a receiver is good for. */
export const RECEIVER_SECRET_PURPOSE = 'sdr-acquirer.receiver-secret.v1';

/** Compact JWE that only the sdr-acquirer can open; absent where no password was given. */
const sealed = z.string().max(8_000).optional();

/** What the gateway asks about receivers. */
export const receiverRpc = {
  sealingKey: defineRpc(OWNER, 'get-sealing-key', 'Public key for secrets that only the sdr-acquirer may read', { request: z.object({}), response: z.object({ jwk: z.record(z.string(), z.unknown()) }) }),
  list: defineRpc(OWNER, 'list-receivers', 'Receivers, by number', { request: receiverListQuery, response: receiverList }),
  get: defineRpc(OWNER, 'get-receiver', 'One receiver', { request: z.object({ receiver_id: uuid }), response: z.object({ receiver: receiverView }) }),
  create: defineRpc(OWNER, 'create-receiver', 'Add a receiver', { request: z.object({ receiver_id: uuid, receiver: receiverOrder, sealed_password: sealed }), response: z.object({ receiver: receiverView }) }),
  update: defineRpc(OWNER, 'update-receiver', 'Change a receiver', { request: z.object({ receiver_id: uuid, changes: receiverChangesOrder, sealed_password: sealed, clear_password: z.boolean().default(false) }), response: z.object({ receiver: receiverView }) }),
  remove: defineRpc(OWNER, 'delete-receiver', 'Remove a receiver; its number is not given again', { request: z.object({ receiver_id: uuid }), response: z.object({}) }),
  import: defineRpc(OWNER, 'import-receivers', 'Add or change many, row by row', { request: importReceiversBody, response: importReceiversAnswer, timeoutMs: 30_000 }),
  health: defineRpc(OWNER, 'list-receiver-health', 'Health of every receiver', { request: z.object({}), response: z.object({ health: z.record(z.string(), receiverHealth) }) }),
  check: defineRpc(OWNER, 'check-receiver', 'Ask a receiver now', { request: z.object({ receiver_id: uuid }), response: z.object({ health: receiverHealth }), timeoutMs: 10_000 }),
} as const;

/** Facts about receivers. */
export const receiverEvents = {
  healthChanged: defineEvent('receiver.health-changed.v1', [OWNER], 'The state of a receiver changed', z.object({ receiver_no: z.int(), health: receiverHealth })),
} as const;

/** Lines of a waterfall, on their way to the browsers that look at it. */
export const waterfallLines = defineProgress(
  'recording.waterfall.v1',
  'Spectrum lines of one receiver; whoever is late loses lines',
  z.object({
    session_id: uuid,
    target_id: uuid,
    receiver_id: uuid,
    receiver_no: z.int(),
    /** Unix milliseconds of the end of the last line. */
    time_ms: z.number(),
    bins: z.int(),
    /** Lines one after another, base64; a byte is −140 dBFS + 140/255 dB each. */
    lines: z.string(),
    frequency_hz: z.int(),
    sample_rate_hz: z.number(),
  }),
  { coalesce: false },
);
