import { z } from 'zod';
import { captureTypeName } from '../catalogue/captures';
import { uuid } from '../primitives';

/** Devices of one collection. */
export const MAX_COLLECTION_DEVICES = 5_000;
/** Devices at work at once when nobody said otherwise, and at most. */
export const COLLECTION_WORKERS = { default: 5, max: 50 } as const;

/** A list of capture types, each once. */
export const captureTypeNames = z
  .array(captureTypeName)
  .min(1, 'No capture types selected')
  .max(40)
  .superRefine((types, context) => {
    types.forEach((type, index) => {
      if (types.indexOf(type) !== index) {
        context.addIssue({ code: 'custom', path: [index], message: 'is named twice', params: { code: 'DUPLICATE' } });
      }
    });
  });

/**
 * Seconds that a device is given, one kind of patience each. What is left out comes from the layer behind: collection,
 * device, capture type, platform, and at last the default in brackets.
 */
export const collectionTimeouts = z.strictObject({
  /** TCP connection (10). */
  connect_timeout_sec: z.number().min(0.5).max(300).optional(),
  /** Banner, key exchange and authentication (20). */
  login_timeout_sec: z.number().min(0.5).max(600).optional(),
  /** First prompt (20). */
  prompt_timeout_sec: z.number().min(0.5).max(600).optional(),
  /** A command from its first to its last character (60; `configs` 180, `routes` 300). */
  command_timeout_sec: z.number().min(0.5).max(7_200).optional(),
  /** Silence within a command (20; `configs` 60). */
  idle_timeout_sec: z.number().min(0.5).max(3_600).optional(),
  /** The whole device, repetitions included (600). */
  device_timeout_sec: z.number().min(1).max(86_400).optional(),
});
/** See {@link collectionTimeouts}. */
export type CollectionTimeouts = z.output<typeof collectionTimeouts>;

/** One device of a collection as the engine knows it: everything it says is read over one login. */
export const collectionTarget = z.strictObject({
  kind: z.literal('collection'),
  device_id: uuid,
  /** For titles and events; the device itself is found by its id. */
  device_name: z.string().max(200).default(''),
  address: z.string().max(300).default(''),
  capture_types: captureTypeNames,
  /** Used instead of the device's own. */
  credential_id: uuid.optional(),
  /** Whether captures go into the catalogue as they come. */
  auto_load_db: z.boolean().default(true),
  /** Devices of this session at work at once. */
  max_workers: z.int().min(1).max(COLLECTION_WORKERS.max).default(COLLECTION_WORKERS.default),
  timeouts: collectionTimeouts.optional(),
});
/** See {@link collectionTarget}. */
export type CollectionTarget = z.output<typeof collectionTarget>;
