import { z } from 'zod';
import { defineEvent, defineRpc } from '../envelope/definitions';
import { isoTimestamp, uuid } from '../primitives';
import { actor } from '../sessions/session';
import { bulkDevicesAnswer, bulkDevicesBody, createDeviceBody, deviceFacets, deviceFilter, deviceIdentity, deviceList, deviceListQuery, deviceView, importDevicesAnswer, importDevicesBody, testDeviceAnswer, testDeviceBody, updateDeviceBody } from './devices';

const OWNER = 'device-collector';
const byDevice = { device_id: uuid };
const one = z.object({ device: deviceView });

/** What the gateway asks about the inventory of devices. */
export const deviceRpc = {
  list: defineRpc(OWNER, 'list-devices', 'Devices that a filter selects', { request: deviceListQuery, response: deviceList }),
  facets: defineRpc(OWNER, 'list-device-facets', 'What there is to filter devices by', { request: z.object({}), response: deviceFacets }),
  get: defineRpc(OWNER, 'get-device', 'One device', { request: z.object(byDevice), response: one }),
  create: defineRpc(OWNER, 'create-device', 'Keep a device', { request: z.object({ ...byDevice, device: createDeviceBody, requested_by: actor }), response: one }),
  update: defineRpc(OWNER, 'update-device', 'Change a device', { request: z.object({ ...byDevice, changes: updateDeviceBody, requested_by: actor }), response: one }),
  bulk: defineRpc(OWNER, 'change-devices', 'Change or forget many devices together', { request: z.object({ order: bulkDevicesBody, requested_by: actor }), response: bulkDevicesAnswer, timeoutMs: 30_000 }),
  remove: defineRpc(OWNER, 'delete-device', 'Forget a device', { request: z.object({ ...byDevice, requested_by: actor }), response: z.object({}) }),
  test: defineRpc(OWNER, 'test-device', 'Reach a device, log in and find out what it is', { request: z.object({ ...byDevice, options: testDeviceBody, requested_by: actor }), response: testDeviceAnswer, timeoutMs: 120_000 }),
  acknowledgeIdentity: defineRpc(OWNER, 'acknowledge-device-identity', 'Take what answers now for the device', { request: z.object({ ...byDevice, requested_by: actor }), response: one }),
  importDevices: defineRpc(OWNER, 'import-devices', 'Keep many devices from a document, with a report per row', {
    /** The document travels sealed: people leave passwords in spreadsheets, also in columns that are refused. */
    request: z.object({ ...importDevicesBody.omit({ data: true }).shape, sealed_document: z.array(z.string().max(200_000)).min(1).max(50), requested_by: actor }),
    response: importDevicesAnswer,
    timeoutMs: 60_000,
  }),
  exportDevices: defineRpc(OWNER, 'export-devices', 'Devices as a document without secrets', { request: z.object({ format: z.enum(['csv', 'json']), filter: deviceFilter }), response: z.object({ document: z.string(), device_count: z.int() }), timeoutMs: 30_000 }),
} as const;

/** Facts about the inventory of devices. */
export const inventoryEvents = {
  identityChanged: defineEvent(
    'device.identity-changed.v1',
    [OWNER],
    'Another device answers at the address of this one',
    z.object({ device_id: uuid, name: z.string(), address: z.string(), site: z.string().nullable(), known: deviceIdentity, observed: deviceIdentity, at: isoTimestamp }),
  ),
  identityAcknowledged: defineEvent(
    'device.identity-acknowledged.v1',
    [OWNER],
    'Somebody said that what answers now is the device',
    z.object({ device_id: uuid, name: z.string(), identity: deviceIdentity, acknowledged_by: actor, at: isoTimestamp }),
  ),
} as const;
