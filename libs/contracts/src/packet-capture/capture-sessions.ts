import { z } from 'zod';
import { defineRpc } from '../envelope/definitions';
import { hostAddress, isoTimestamp, label, port, uuid } from '../primitives';
import { sessionOptions } from '../sessions/session';
import { SESSION_STATES, TARGET_STATES } from '../sessions/states';
import { captureFilter } from './filter';
import { CAPTURE_DEVICE_TYPES, captureCapability, capturePreview, interfaceName, MAX_TARGETS, ON_UNSUPPORTED, packetCaptureTarget } from './packet-capture';
import { sshTargetFields } from './ssh-options';

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

const account = { username: optional(label(200)), password: optional(z.string().min(1).max(1_000)), credential_id: optional(uuid) };

/** Options of single device types; for the others they are a 422. They shape the command, so a preview takes them too. */
const deviceOptions = packetCaptureTarget.pick({ buffer_mb: true, buffer: true, packet_limit: true, direction: true, control_plane: true, extras: true, app_credential_id: true, takeover: true, tls_fingerprint: true }).shape;

/** One device of a capture session. Without its own credentials it uses the session's. */
export const captureSessionTarget = z.strictObject({
  device_type: z.enum(CAPTURE_DEVICE_TYPES),
  host: hostAddress,
  port: optional(port),
  interface: optional(interfaceName),
  ...deviceOptions,
  ...sshTargetFields,
  ...account,
});

/** Body of `POST /capture-sessions`: the seed's fields, limits and defaults, with up to 50 targets and stored credentials added. */
export const createCaptureSessionBody = z
  .strictObject({
    name: optional(label(100)),
    mode: z.enum(['standard', 'rotating']).default('standard'),
    /** Seconds; required in standard mode, without meaning in rotating mode. */
    duration_sec: optional(z.int().min(10).max(600)),
    size_per_file_mb: z.int().min(1).max(100).default(25),
    max_files: z.int().min(2).max(100).default(10),
    filter: optional(captureFilter),
    /** For every target that cannot express the whole filter. */
    on_unsupported: z.enum(ON_UNSUPPORTED).default('refuse'),
    targets: z.array(captureSessionTarget).min(1, 'at least one target is needed').max(MAX_TARGETS),
    ...account,
    options: sessionOptions.prefault({}),
  })
  .superRefine((session, context) => {
    if (session.mode === 'standard' && session.duration_sec === undefined) {
      context.addIssue({ code: 'custom', path: ['duration_sec'], message: 'duration_sec is required in standard mode', params: { code: 'REQUIRED' } });
    }
    session.targets.forEach((target, index) => {
      const own = target.credential_id !== undefined || (target.username !== undefined && target.password !== undefined);
      const global = session.credential_id !== undefined || (session.username !== undefined && session.password !== undefined);
      if (!own && !global) {
        context.addIssue({
          code: 'custom',
          path: ['targets', index],
          message: 'neither the target nor the session has a credential_id, or a username and a password',
          params: { code: 'CREDENTIAL_REQUIRED' },
        });
      }
    });
  });
/** See {@link createCaptureSessionBody}. */
export type CreateCaptureSessionBody = z.output<typeof createCaptureSessionBody>;

/** A target in the seed's words. */
export const captureTargetInfo = z.object({
  target_id: uuid,
  device_type: z.enum(CAPTURE_DEVICE_TYPES),
  host: z.string(),
  port: z.int(),
  interface: z.string(),
  status: z.enum(TARGET_STATES),
  error: z.string().nullable(),
  error_code: z.string().nullable(),
  message: z.string().nullable(),
  config_started_at: isoTimestamp.nullable(),
  capture_started_at: isoTimestamp.nullable(),
  capture_stopped_at: isoTimestamp.nullable(),
  completed_at: isoTimestamp.nullable(),
  packets_captured: z.int().nullable(),
  file_size_bytes: z.int().nullable(),
  filename: z.string().nullable(),
  capture_id: uuid,
});
/** A session in the seed's words. */
export const captureSessionInfo = z.object({
  session_id: uuid,
  name: z.string(),
  mode: z.enum(['standard', 'rotating']),
  status: z.enum(SESSION_STATES),
  created_at: isoTimestamp,
  capture_started_at: isoTimestamp.nullable(),
  completed_at: isoTimestamp.nullable(),
  duration_sec: z.int().nullable(),
  size_per_file_mb: z.int().nullable(),
  max_files: z.int().nullable(),
  start_spread_ms: z.number().nullable(),
  bundle_filename: z.string().nullable(),
  targets: z.array(captureTargetInfo),
});
/** See {@link captureSessionInfo}. */
export type CaptureSessionInfo = z.output<typeof captureSessionInfo>;

/** Answer of `POST /capture-sessions`. */
export const createCaptureSessionAnswer = z.object({
  session_id: uuid,
  status: z.enum(SESSION_STATES),
  message: z.string(),
  created_at: isoTimestamp,
  targets: z.array(captureTargetInfo),
});
/** Answer of `GET /capture-sessions/:id`. */
export const captureSessionAnswer = z.object({
  session: captureSessionInfo,
  download_available: z.boolean(),
  elapsed_sec: z.int().optional(),
  remaining_sec: z.int().nullable().optional(),
});
/** Answer of `POST /capture-sessions/:id/stop`. */
export const stopCaptureSessionAnswer = z.object({ session_id: uuid, status: z.enum(SESSION_STATES), message: z.string() });

/** Body of `POST /capture-sessions/preview`. */
export const capturePreviewBody = z.strictObject({
  mode: z.enum(['standard', 'rotating']).default('standard'),
  duration_sec: optional(z.int().min(10).max(600)),
  size_per_file_mb: z.int().min(1).max(100).default(25),
  max_files: z.int().min(2).max(100).default(10),
  filter: optional(captureFilter),
  on_unsupported: z.enum(ON_UNSUPPORTED).default('refuse'),
  targets: z
    .array(z.strictObject({ device_type: z.enum(CAPTURE_DEVICE_TYPES), host: hostAddress, port: optional(port), interface: optional(interfaceName), ...deviceOptions }))
    .min(1)
    .max(MAX_TARGETS),
});

/** What the gateway asks the driver registry. */
export const captureRpc = {
  capabilities: defineRpc('device-collector', 'list-capture-capabilities', 'What each device type can do', {
    request: z.object({}),
    response: z.object({ capabilities: z.array(captureCapability) }),
  }),
  preview: defineRpc('device-collector', 'preview-captures', 'The exact command each target becomes', {
    request: capturePreviewBody,
    response: z.object({ previews: z.array(capturePreview) }),
  }),
} as const;
