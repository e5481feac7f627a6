import { z } from 'zod';
import { hostAddress, isoTimestamp, label, pageInfo, pageQuery, port, uuid } from '../primitives';
import { LEGACY_CRYPTO } from '../packet-capture/ssh-options';
import type { PlatformName } from '../catalogue/rows';

/** Devices of one import, at most. */
export const MAX_IMPORT_DEVICES = 5_000;
/** Labels of one device, at most. */
export const MAX_DEVICE_TAGS = 20;

/** Who makes what a platform runs on, for filters and lists. */
export const PLATFORM_VENDORS = {
  cisco_ios: 'Cisco',
  cisco_nxos: 'Cisco',
  cisco_iosxr: 'Cisco',
  arista_eos: 'Arista',
  juniper_junos: 'Juniper',
  aruba_aoss: 'Aruba',
  aruba_aoscx: 'Aruba',
  paloalto_panos: 'Palo Alto',
  linux: 'Linux',
  frr: 'FRRouting',
} as const satisfies Record<PlatformName, string>;

/** Name of a platform: one of `PLATFORMS`, or one that the operator added by a file. */
export const platformName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be a platform such as cisco_ios');

const text = (maxLength: number) => z.string().trim().max(maxLength).regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');
/** Text that may be missing; a blank one is missing. */
const word = (maxLength: number) => text(maxLength).nullable().transform((value) => (value === '' ? null : value));

/** A label by which devices are found. Commas and semicolons separate labels in documents. */
export const deviceTag = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(40)
  .regex(/^[^\p{Cc},;]*$/u, 'must not contain commas, semicolons or control characters');

const seconds = (least: number, most: number) => z.number().min(least).max(most).optional();

/** What is different about one device. Seconds; what is left out comes from the capture type, the platform and the defaults. */
export const deviceOverrides = z.strictObject({
  /** TCP connection. */
  connect_timeout_sec: seconds(0.5, 300),
  /** Banner, key exchange and authentication. */
  login_timeout_sec: seconds(0.5, 600),
  /** First prompt. */
  prompt_timeout_sec: seconds(0.5, 600),
  /** A command from its first to its last character. */
  command_timeout_sec: seconds(0.5, 7_200),
  /** Silence within a command. */
  idle_timeout_sec: seconds(0.5, 3_600),
  /** The whole device. */
  device_timeout_sec: seconds(1, 86_400),
});
/** See {@link deviceOverrides}. */
export type DeviceOverrides = z.output<typeof deviceOverrides>;

const fields = {
  /** Unique, whatever its capitals. */
  name: label(200),
  address: hostAddress,
  port,
  /** Null: not known; a test finds it out. */
  platform: platformName.nullable(),
  /** Without it the vendor of the platform. */
  vendor: word(100),
  site: word(100),
  role: word(100),
  credential_id: uuid.nullable(),
  /** The device through which this one is reached; it may have one itself. */
  jump_host_id: uuid.nullable(),
  tags: z.array(deviceTag).max(MAX_DEVICE_TAGS).transform((tags) => [...new Set(tags)]),
  legacy_crypto: z.enum(LEGACY_CRYPTO),
  overrides: deviceOverrides,
  /** A device that is switched off is not collected. */
  enabled: z.boolean(),
  notes: z.string().trim().max(2_000).nullable(),
} as const;

/** Body of `POST /devices`. */
export const createDeviceBody = z.strictObject({
  name: fields.name,
  address: fields.address,
  port: fields.port.default(22),
  platform: fields.platform.default(null),
  vendor: fields.vendor.default(null),
  site: fields.site.default(null),
  role: fields.role.default(null),
  credential_id: fields.credential_id.default(null),
  jump_host_id: fields.jump_host_id.default(null),
  tags: fields.tags.default([]),
  legacy_crypto: fields.legacy_crypto.default('auto'),
  overrides: fields.overrides.default({}),
  enabled: fields.enabled.default(true),
  notes: fields.notes.default(null),
});
/** See {@link createDeviceBody}. */
export type CreateDeviceBody = z.output<typeof createDeviceBody>;

/** Body of `PATCH /devices/:id`: what is named changes, null clears. `revision` is the one that was read: a stale write is refused. */
export const updateDeviceBody = z.strictObject({ ...fields, revision: z.int().min(1) }).partial();
/** See {@link updateDeviceBody}. */
export type UpdateDeviceBody = z.output<typeof updateDeviceBody>;

/** What a device says it is. */
export const deviceIdentity = z.object({
  /** Sorted; of a stack those of all members. */
  serials: z.array(z.string()),
  /** 12 hexadecimal digits. */
  base_mac: z.string().nullable(),
  model: z.string().nullable(),
  os_version: z.string().nullable(),
  hostname: z.string().nullable(),
  observed_at: isoTimestamp,
});
/** See {@link deviceIdentity}. */
export type DeviceIdentity = z.output<typeof deviceIdentity>;

/** Steps of a test, in their order. */
export const DEVICE_TEST_STEPS = ['reach', 'login', 'fingerprint'] as const;
/** One step of a test; one that was not come to is missing. */
export const deviceTestStep = z.object({
  step: z.enum(DEVICE_TEST_STEPS),
  ok: z.boolean(),
  ms: z.int(),
  /** What was learned: algorithms, prompt, platform. */
  detail: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
/** See {@link deviceTestStep}. */
export type DeviceTestStep = z.output<typeof deviceTestStep>;

/** How the last test went. */
export const deviceTestResult = z.object({
  tested_at: isoTimestamp,
  success: z.boolean(),
  message: z.string(),
  error_code: z.string().nullable(),
  duration_ms: z.int(),
  steps: z.array(deviceTestStep),
  /** What the device was recognised as, and what it was configured as then. */
  platform: z.object({ detected: z.string().nullable(), configured: z.string().nullable() }),
});
/** See {@link deviceTestResult}. */
export type DeviceTestResult = z.output<typeof deviceTestResult>;

/** A device as it may be shown. Secrets are in its credential and are never shown. */
export const deviceView = z.object({
  id: uuid,
  name: z.string(),
  address: z.string(),
  port: z.int(),
  platform: z.string().nullable(),
  /** As configured, or the one of the platform. */
  vendor: z.string().nullable(),
  site: z.string().nullable(),
  role: z.string().nullable(),
  credential_id: uuid.nullable(),
  jump_host_id: uuid.nullable(),
  tags: z.array(z.string()),
  legacy_crypto: z.enum(LEGACY_CRYPTO),
  overrides: deviceOverrides,
  enabled: z.boolean(),
  notes: z.string().nullable(),
  identity: deviceIdentity.nullable(),
  /** Another device answers at the address: nothing of it is compared with the old one until somebody says that it is the device now. */
  identity_alarm: z.object({ observed: deviceIdentity, since: isoTimestamp }).nullable(),
  last_test: deviceTestResult.nullable(),
  last_collected_at: isoTimestamp.nullable(),
  revision: z.int(),
  created_at: isoTimestamp,
  created_by: z.string(),
  updated_at: isoTimestamp,
});
/** See {@link deviceView}. */
export type DeviceView = z.output<typeof deviceView>;

/** Columns by which devices are sorted. */
export const DEVICE_SORTS = ['name', 'address', 'platform', 'vendor', 'site', 'role', 'last_collected_at', 'updated_at'] as const;

/** Which devices; filters combine. `-` as site, role or platform: those that have none. */
export const deviceFilter = z.strictObject({
  /** Part of the name, address, model, serial number or notes. */
  q: z.string().trim().max(100).optional(),
  site: z.string().trim().max(100).optional(),
  role: z.string().trim().max(100).optional(),
  /** Part of it. */
  vendor: z.string().trim().max(100).optional(),
  platform: z.union([z.literal('-'), platformName]).optional(),
  /** Several with commas in between: those that have all of them. */
  tag: z.string().trim().max(400).optional(),
  credential_id: uuid.optional(),
  jump_host_id: uuid.optional(),
  enabled: z.enum(['true', 'false']).optional(),
  /** `changed`: another device answers; `unreachable`: the last test failed; `untested`: no test yet; `ok`: the last test went well. */
  health: z.enum(['changed', 'unreachable', 'untested', 'ok']).optional(),
});
/** See {@link deviceFilter}. */
export type DeviceFilter = z.output<typeof deviceFilter>;

/** Query of `GET /devices`. */
export const deviceListQuery = pageQuery.extend({ ...deviceFilter.shape, sort: z.enum(DEVICE_SORTS).default('name'), order: z.enum(['asc', 'desc']).default('asc') });
/** Answer of `GET /devices`. */
export const deviceList = z.object({ devices: z.array(deviceView), ...pageInfo });

const facet = z.array(z.object({ value: z.string(), count: z.int() }));
/** Answer of `GET /devices/facets`: what there is to filter by, with the number of devices of each. */
export const deviceFacets = z.object({
  total: z.int(),
  sites: facet,
  roles: facet,
  vendors: facet,
  platforms: facet,
  tags: facet,
  /** Devices at whose address another one answers. */
  identity_alarms: z.int(),
  /** Platforms that a device may have, those of the operator too. */
  known_platforms: z.array(z.object({ name: z.string(), title: z.string() })),
});
/** See {@link deviceFacets}. */
export type DeviceFacets = z.output<typeof deviceFacets>;

/** Body of `POST /devices/:id/test`. */
export const testDeviceBody = z
  .strictObject({
    /** Used instead of the device's own. */
    credential_id: uuid.nullish().transform((id) => id ?? undefined),
    /** Writes the platform that was found into a device that has none. */
    set_platform: z.boolean().default(true),
  })
  .prefault({});
/** Answer of `POST /devices/:id/test`; also of one that failed, with the step that did. */
export const testDeviceAnswer = z.object({
  success: z.boolean(),
  device: deviceView,
  result: deviceTestResult,
  identity: deviceIdentity.nullable(),
  /** What the identity is against the one that was known. */
  identity_change: z.enum(['first', 'same', 'changed']).nullable(),
});
/** See {@link testDeviceAnswer}. */
export type TestDeviceAnswer = z.output<typeof testDeviceAnswer>;

/** Body of `POST /devices/import`. */
export const importDevicesBody = z.strictObject({
  format: z.enum(['csv', 'json']).default('csv'),
  /** The document in base64. */
  data: z.base64().min(1).max(900_000),
  /** Leaves devices alone whose name is known already; false updates them. */
  skip_duplicates: z.boolean().default(true),
  /** Writes nothing at all when a row is wrong; otherwise the others are written. */
  all_or_nothing: z.boolean().default(false),
  /** Says what would happen, and does nothing. */
  dry_run: z.boolean().default(false),
  /** For rows that do not say otherwise. */
  defaults: z
    .strictObject({ platform: fields.platform, site: fields.site, role: fields.role, credential_id: fields.credential_id, jump_host_id: fields.jump_host_id, tags: fields.tags })
    .partial()
    .default({}),
});
/** See {@link importDevicesBody}. */
export type ImportDevicesBody = z.output<typeof importDevicesBody>;

/** Answer of `POST /devices/import`. Rows count from 1 without the header. */
export const importDevicesAnswer = z.object({
  success: z.boolean(),
  dry_run: z.boolean(),
  imported_count: z.int(),
  updated_count: z.int(),
  skipped_count: z.int(),
  error_count: z.int(),
  errors: z.array(z.object({ row: z.int().nullable(), field: z.string(), code: z.string(), error: z.string() })),
  /** `held`: it is right, but another row is wrong and all or nothing was wanted. */
  rows: z.array(z.object({ row: z.int(), name: z.string(), outcome: z.enum(['imported', 'updated', 'skipped', 'failed', 'held']), device_id: uuid.nullable() })),
});
/** See {@link importDevicesAnswer}. */
export type ImportDevicesAnswer = z.output<typeof importDevicesAnswer>;

/** Query of `GET /devices/export`. */
export const exportDevicesQuery = deviceFilter.extend({ format: z.enum(['csv', 'json']).default('csv') });
/** Answer of `GET /devices/export`; `data` is the document in base64, which an import takes again. Credentials are named, never written. */
export const exportDevicesAnswer = z.object({ success: z.literal(true), format: z.enum(['csv', 'json']), data: z.string(), device_count: z.int(), filename: z.string() });

/** Body of `POST /devices/bulk`: one change of many devices, all of them or none. */
export const bulkDevicesBody = z
  .strictObject({
    ids: z.array(uuid).min(1, 'No devices selected').max(1_000),
    changes: z
      .strictObject({ platform: fields.platform, site: fields.site, role: fields.role, credential_id: fields.credential_id, jump_host_id: fields.jump_host_id, legacy_crypto: fields.legacy_crypto, enabled: fields.enabled })
      .partial()
      .optional(),
    add_tags: fields.tags.optional(),
    remove_tags: fields.tags.optional(),
    delete: z.boolean().default(false),
  })
  .superRefine((body, context) => {
    const changes = Object.keys(body.changes ?? {}).length + (body.add_tags?.length ?? 0) + (body.remove_tags?.length ?? 0);
    if (body.delete === changes > 0) {
      context.addIssue({ code: 'custom', path: ['changes'], message: body.delete ? 'devices are changed or deleted, not both' : 'nothing to change', params: { code: 'INVALID' } });
    }
  });
/** See {@link bulkDevicesBody}. */
export type BulkDevicesBody = z.output<typeof bulkDevicesBody>;
/** Answer of `POST /devices/bulk`. */
export const bulkDevicesAnswer = z.object({ changed: z.int(), deleted: z.int() });
