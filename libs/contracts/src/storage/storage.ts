import { z } from 'zod';
import { defineEvent, defineRpc, type ServiceName } from '../envelope/definitions';
import { isoTimestamp } from '../primitives';
import { TARGET_KIND_NAMES } from '../sessions/target-kinds';

/** Services that keep objects. */
export const STORAGE_OWNERS = ['capture-orchestrator', 'device-collector', 'camera-service'] as const satisfies readonly ServiceName[];
/** See {@link STORAGE_OWNERS}. */
export type StorageOwner = (typeof STORAGE_OWNERS)[number];

/** What is stored: sessions by their kind, and what services keep beside sessions. */
export const STORE_NAMES = [...TARGET_KIND_NAMES, 'camera-snapshots', 'camera-films', 'capture-texts'] as const;
/** See {@link STORE_NAMES}. */
export type StoreName = (typeof STORE_NAMES)[number];

/** How full a quota is; `stopped` when nothing of the kind can be created. */
export const QUOTA_STATES = ['ok', 'warning', 'stopped'] as const;
/** See {@link QUOTA_STATES}. */
export type QuotaState = (typeof QUOTA_STATES)[number];

/** How much there is of one thing. */
export const storeUsage = z.object({
  store: z.enum(STORE_NAMES),
  /** Sessions, snapshots, films or texts. */
  items: z.int(),
  /** Null where the service does not know how large its objects are. */
  bytes: z.int().nullable(),
  oldest_at: isoTimestamp.nullable(),
  held_items: z.int(),
  held_bytes: z.int(),
  /** Null where there is none. */
  quota: z.object({ bytes: z.int(), warn_percent: z.int(), stop_percent: z.int(), state: z.enum(QUOTA_STATES) }).nullable(),
});
/** See {@link storeUsage}. */
export type StoreUsage = z.output<typeof storeUsage>;

/** What a comparison of objects and rows found. */
export const storageSweep = z.object({
  /** Beginning of the keys that were looked at. */
  prefix: z.string(),
  started_at: isoTimestamp,
  ended_at: isoTimestamp,
  objects: z.int(),
  bytes: z.int(),
  /** Objects that no row named and that were removed. */
  orphans: z.int(),
  orphan_bytes: z.int(),
  /** Objects that no row named and that were left, because they were too many to be true. */
  refused: z.int(),
  /** Rows whose objects are gone, all of them. */
  lost: z.int(),
  /** Some keys of those. */
  lost_keys: z.array(z.string()),
  error: z.string().nullable(),
});
/** See {@link storageSweep}. */
export type StorageSweep = z.output<typeof storageSweep>;

/** What a service says about its storage. */
export const serviceStorage = z.object({ stores: z.array(storeUsage), sweeps: z.array(storageSweep) });

/** Answer of `GET /storage`. */
export const storageView = z.object({
  at: isoTimestamp,
  stores: z.array(storeUsage.extend({ owner: z.enum(STORAGE_OWNERS) })),
  sweeps: z.array(storageSweep.extend({ owner: z.enum(STORAGE_OWNERS) })),
  /** Services that did not answer: what they keep is not among the stores. */
  missing: z.array(z.object({ owner: z.enum(STORAGE_OWNERS), error: z.string() })),
});
/** See {@link storageView}. */
export type StorageView = z.output<typeof storageView>;

/** Facts about storage. */
export const storageEvents = {
  nearlyFull: defineEvent(
    'storage.nearly-full.v1',
    ['capture-orchestrator'],
    'Sessions of a kind have come to the warning or the stop of their quota; told once for each crossing',
    z.object({ kind: z.enum(TARGET_KIND_NAMES), level: z.enum(['warning', 'stopped']), bytes: z.int(), quota_bytes: z.int(), percent: z.int() }),
  ),
  objectsLost: defineEvent(
    'storage.objects-lost.v1',
    STORAGE_OWNERS,
    'Rows were found whose objects are gone; they are marked, and stay',
    z.object({ owner: z.enum(STORAGE_OWNERS), prefix: z.string(), count: z.int(), /** Some of them. */ keys: z.array(z.string()) }),
  ),
} as const;

function defineStorageRpc(owner: StorageOwner) {
  return {
    read: defineRpc(owner, 'read-storage', 'What the service keeps, and what the last comparison with its objects found', { request: z.object({}), response: serviceStorage, timeoutMs: 10_000 }),
    sweep: defineRpc(owner, 'sweep-storage', 'Compare objects and rows now; answered at once', { request: z.object({}), response: z.object({}) }),
  } as const;
}

/** The questions to each service that keeps objects. */
export const storageRpc = {
  'capture-orchestrator': defineStorageRpc('capture-orchestrator'),
  'device-collector': defineStorageRpc('device-collector'),
  'camera-service': defineStorageRpc('camera-service'),
} as const;
