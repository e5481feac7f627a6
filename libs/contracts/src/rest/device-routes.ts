import { z } from 'zod';
import {
  bulkDevicesAnswer,
  bulkDevicesBody,
  createDeviceBody,
  deviceFacets,
  deviceList,
  deviceListQuery,
  deviceView,
  exportDevicesAnswer,
  exportDevicesQuery,
  importDevicesAnswer,
  importDevicesBody,
  testDeviceAnswer,
  testDeviceBody,
  updateDeviceBody,
} from '../devices/devices';
import { uuid } from '../primitives';
import { defineRoute, type Route } from './route';

const byId = z.strictObject({ id: uuid });
const json = <S extends z.ZodType>(schema: S) => ({ json: schema }) as const;
const device = json(z.object({ device: deviceView }));
const tag = 'devices';

/** The inventory of devices. Fixed words come before ids: `/devices/export` is not a device. */
export const deviceRoutes = {
  deviceFacets: defineRoute({ method: 'GET', path: '/devices/facets', tag, summary: 'Sites, roles, vendors, platforms and tags with their numbers of devices', access: 'devices:read', status: 200, response: json(deviceFacets) }),
  exportDevices: defineRoute({ method: 'GET', path: '/devices/export', tag, summary: 'Devices as CSV or JSON that an import takes again; credentials by name', access: 'devices:read', query: exportDevicesQuery, status: 200, response: json(exportDevicesAnswer), audited: true }),
  importDevices: defineRoute({ method: 'POST', path: '/devices/import', tag, summary: 'Add many devices from CSV or JSON, with a report per row', access: 'devices:write', body: importDevicesBody, status: 200, response: json(importDevicesAnswer) }),
  bulkDevices: defineRoute({ method: 'POST', path: '/devices/bulk', tag, summary: 'Change or remove many devices: all of them, or none', access: 'devices:write', body: bulkDevicesBody, status: 200, response: json(bulkDevicesAnswer), problems: ['DEVICE_NOT_FOUND', 'DEVICE_IN_USE'] }),
  listDevices: defineRoute({ method: 'GET', path: '/devices', tag, summary: 'Devices; filters combine', access: 'devices:read', query: deviceListQuery, status: 200, response: json(deviceList) }),
  createDevice: defineRoute({ method: 'POST', path: '/devices', tag, summary: 'Add a device', access: 'devices:write', body: createDeviceBody, status: 201, response: device, problems: ['DEVICE_EXISTS'], idempotent: true }),
  getDevice: defineRoute({ method: 'GET', path: '/devices/:id', tag, summary: 'One device', access: 'devices:read', params: byId, status: 200, response: device, problems: ['DEVICE_NOT_FOUND'] }),
  updateDevice: defineRoute({ method: 'PATCH', path: '/devices/:id', tag, summary: 'Change any fields of a device; null clears one', access: 'devices:write', params: byId, body: updateDeviceBody, status: 200, response: device, problems: ['DEVICE_NOT_FOUND', 'DEVICE_EXISTS', 'REVISION_CONFLICT'] }),
  deleteDevice: defineRoute({ method: 'DELETE', path: '/devices/:id', tag, summary: 'Remove a device', access: 'devices:write', params: byId, status: 204, response: { empty: true }, problems: ['DEVICE_NOT_FOUND', 'DEVICE_IN_USE'] }),
  testDevice: defineRoute({ method: 'POST', path: '/devices/:id/test', tag, summary: 'Reach the device, log in and find out what it is; 200 also when it fails, with the step that did', access: 'devices:write', params: byId, body: testDeviceBody, status: 200, response: json(testDeviceAnswer), problems: ['DEVICE_NOT_FOUND'] }),
  acknowledgeDeviceIdentity: defineRoute({ method: 'POST', path: '/devices/:id/identity/acknowledge', tag, summary: 'Take what answers at the address now for the device', access: 'devices:write', params: byId, status: 200, response: device, problems: ['DEVICE_NOT_FOUND', 'NO_IDENTITY_ALARM'] }),
} as const satisfies Record<string, Route>;
