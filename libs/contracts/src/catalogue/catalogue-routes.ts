import { z } from 'zod';
import type { ProblemCode } from '../rest/problem';
import { defineRoute, type Route } from '../rest/route';
import { isoTimestamp, uuid } from '../primitives';
import {
  captureContent,
  captureGroups,
  captureGroupsQuery,
  captureList,
  captureListQuery,
  captureTextQuery,
  captureTypeName,
  captureView,
  compareQuery,
  configHistoryQuery,
  revealCaptureBody,
  revealedCapture,
  searchAnswer,
  searchQuery,
} from './captures';
import { acknowledgeBody, acknowledgeManyBody, captureDiff, changeDiff, changeList, changeListQuery, changeView, diffQuery } from './changes';
import {
  arpDevices,
  arpEventList,
  arpEventQuery,
  arpList,
  arpQuery,
  arpStats,
  exportFormat,
  macFacts,
  macList,
  macQuery,
  neighborList,
  neighborQuery,
  ouiBulkAnswer,
  ouiBulkBody,
  routeList,
  routeQuery,
} from './observations';

const byId = z.strictObject({ id: uuid });
const json = <S extends z.ZodType>(schema: S) => ({ json: schema }) as const;
const CSV = { bytes: 'text/csv' } as const;
const TEXT = { bytes: 'text/plain' } as const;
const STREAM = { bytes: 'application/octet-stream' } as const;
const change = json(z.object({ change: changeView }));
const capture = json(z.object({ capture: captureView }));
const diff = json(z.object({ diff: captureDiff }));
const NO_TEXT = ['CAPTURE_NOT_FOUND', 'OBJECT_PRUNED', 'OBJECT_STORE_UNAVAILABLE'] as const satisfies readonly ProblemCode[];
const linkQuery = { link: z.string().max(2_000).optional() };
const hoursQuery = changeListQuery.extend({ hours: z.coerce.number().int().min(1).max(24 * 400).default(24) });
const macParam = z.strictObject({ mac: z.string().trim().min(2).max(30).regex(/^[0-9A-Fa-f:.-]+$/, 'must be a MAC address or the beginning of one') });
const ipParam = z.strictObject({ ip: z.string().trim().min(2).max(60).regex(/^[0-9A-Fa-f:.]+$/, 'must be an IP address') });
const exported = { format: exportFormat };

/** Captures, changes and what they tell. Fixed words come before ids: `/captures/compare` is not a capture. */
export const catalogueRoutes = {
  listCaptures: defineRoute({ method: 'GET', path: '/captures', tag: 'captures', summary: 'Outputs of devices, newest first', access: 'devices:read', query: captureListQuery, status: 200, response: json(captureList) }),
  deviceCaptures: defineRoute({ method: 'GET', path: '/devices/:id/captures', tag: 'captures', summary: 'Outputs of one device, newest first', access: 'devices:read', params: byId, query: captureListQuery.omit({ device_id: true }), status: 200, response: json(captureList) }),
  compareCaptures: defineRoute({ method: 'GET', path: '/captures/compare', tag: 'captures', summary: 'The difference of two captures, or of the current ones of two devices', access: 'devices:read', query: compareQuery, status: 200, response: diff, problems: NO_TEXT }),
  captureGroups: defineRoute({ method: 'GET', path: '/captures/groups', tag: 'captures', summary: 'Devices whose current outputs are equal', access: 'devices:read', query: captureGroupsQuery, status: 200, response: json(captureGroups) }),
  configHistory: defineRoute({ method: 'GET', path: '/captures/git', tag: 'captures', summary: 'The history of configurations with masked secrets, as a stream for `git fast-import`', access: 'devices:read', query: configHistoryQuery, status: 200, response: STREAM, problems: ['OBJECT_PRUNED', 'OBJECT_STORE_UNAVAILABLE'] }),
  getCapture: defineRoute({ method: 'GET', path: '/captures/:id', tag: 'captures', summary: 'Raw and normalised text with masked secrets, and the rows', access: 'devices:read', params: byId, status: 200, response: json(captureContent), problems: NO_TEXT }),
  captureText: defineRoute({ method: 'GET', path: '/captures/:id/text', tag: 'captures', summary: 'The whole text with masked secrets', access: { link: 'devices:read' }, params: byId, query: captureTextQuery.extend(linkQuery), status: 200, response: TEXT, problems: [...NO_TEXT, 'LINK_EXPIRED', 'LINK_INVALID'] }),
  captureTextUrl: defineRoute({ method: 'POST', path: '/captures/:id/text-url', tag: 'captures', summary: 'A short-lived link to the whole text', access: 'devices:read', params: byId, body: captureTextQuery.prefault({}), status: 200, response: json(z.object({ url: z.string(), expires_at: isoTimestamp })), problems: ['CAPTURE_NOT_FOUND'] }),
  revealCapture: defineRoute({ method: 'POST', path: '/captures/:id/reveal', tag: 'captures', summary: 'The text with its secrets; every call is in the audit log', access: 'secrets:reveal', params: byId, body: revealCaptureBody, status: 200, response: json(revealedCapture), problems: [...NO_TEXT, 'BODY_TOO_LARGE'], audited: true }),
  setBaseline: defineRoute({ method: 'POST', path: '/captures/:id/baseline', tag: 'captures', summary: 'Make it the approved reference of its device and type', access: 'devices:write', params: byId, status: 200, response: capture, problems: ['CAPTURE_NOT_FOUND'] }),
  removeBaseline: defineRoute({ method: 'DELETE', path: '/captures/:id/baseline', tag: 'captures', summary: 'It is the approved reference no more', access: 'devices:write', params: byId, status: 200, response: capture, problems: ['CAPTURE_NOT_FOUND'] }),
  captureDrift: defineRoute({ method: 'GET', path: '/devices/:id/drift', tag: 'captures', summary: 'The difference of the current capture to the approved reference', access: 'devices:read', params: byId, query: diffQuery.extend({ capture_type: captureTypeName.default('configs') }), status: 200, response: diff, problems: [...NO_TEXT, 'NO_BASELINE'] }),

  listChanges: defineRoute({ method: 'GET', path: '/changes', tag: 'changes', summary: 'Changes of configurations, versions and inventories, newest first', access: 'devices:read', query: changeListQuery, status: 200, response: json(changeList) }),
  recentChanges: defineRoute({ method: 'GET', path: '/changes/api/recent', tag: 'changes', summary: 'Changes of the last hours', access: 'devices:read', query: hoursQuery, status: 200, response: json(changeList) }),
  exportChanges: defineRoute({ method: 'GET', path: '/changes/export', tag: 'changes', summary: 'Changes as CSV or JSON', access: 'devices:read', query: changeListQuery.extend(exported), status: 200, response: CSV }),
  deviceChanges: defineRoute({ method: 'GET', path: '/changes/device/:id', tag: 'changes', summary: 'Changes of one device', access: 'devices:read', params: byId, query: changeListQuery.omit({ device_id: true }), status: 200, response: json(changeList) }),
  seedChangeDiff: defineRoute({ method: 'GET', path: '/changes/diff/:id', tag: 'changes', summary: 'What a change changed; the first generation’s path', access: 'devices:read', params: byId, query: diffQuery, status: 200, response: json(changeDiff), problems: ['CHANGE_NOT_FOUND', 'OBJECT_PRUNED'] }),
  getChange: defineRoute({ method: 'GET', path: '/changes/:id', tag: 'changes', summary: 'One change', access: 'devices:read', params: byId, status: 200, response: change, problems: ['CHANGE_NOT_FOUND'] }),
  changeDiff: defineRoute({ method: 'GET', path: '/changes/:id/diff', tag: 'changes', summary: 'What a change changed, with masked secrets', access: 'devices:read', params: byId, query: diffQuery, status: 200, response: json(changeDiff), problems: ['CHANGE_NOT_FOUND', 'OBJECT_PRUNED'] }),
  acknowledgeChanges: defineRoute({ method: 'POST', path: '/changes/acknowledge', tag: 'changes', summary: 'Say that changes are known', access: 'devices:write', body: acknowledgeManyBody, status: 200, response: json(z.object({ acknowledged: z.int() })) }),
  acknowledgeChange: defineRoute({ method: 'POST', path: '/changes/:id/acknowledge', tag: 'changes', summary: 'Say that a change is known, with a note, and optionally make it the approved reference', access: 'devices:write', params: byId, body: acknowledgeBody.prefault({}), status: 200, response: change, problems: ['CHANGE_NOT_FOUND'] }),

  listArp: defineRoute({ method: 'GET', path: '/arp', tag: 'observations', summary: 'Who had which address, and when', access: 'devices:read', query: arpQuery, status: 200, response: json(arpList) }),
  exportArp: defineRoute({ method: 'GET', path: '/arp/export', tag: 'observations', summary: 'Bindings of addresses as CSV or JSON', access: 'devices:read', query: arpQuery.extend(exported), status: 200, response: CSV }),
  arpEvents: defineRoute({ method: 'GET', path: '/arp/events', tag: 'observations', summary: 'New MACs, moved addresses and conflicts, newest first', access: 'devices:read', query: arpEventQuery, status: 200, response: json(arpEventList) }),
  arpStats: defineRoute({ method: 'GET', path: '/arp/api/stats', tag: 'observations', summary: 'Counts over all ARP tables', access: 'devices:read', status: 200, response: json(arpStats) }),
  arpDevices: defineRoute({ method: 'GET', path: '/arp/api/devices', tag: 'observations', summary: 'Devices with ARP tables', access: 'devices:read', status: 200, response: json(arpDevices) }),
  arpOfDevice: defineRoute({ method: 'GET', path: '/arp/api/device/:host', tag: 'observations', summary: 'ARP table of a device, by its name or id', access: 'devices:read', params: z.strictObject({ host: z.string().min(1).max(253) }), query: arpQuery.omit({ device_id: true }), status: 200, response: json(arpList) }),
  arpSearch: defineRoute({ method: 'GET', path: '/arp/api/search/unified', tag: 'observations', summary: 'Bindings by an address, a network or a MAC, whatever `q` is', access: 'devices:read', query: arpQuery.omit({ ip: true, mac: true }).extend({ q: z.string().trim().min(2).max(60) }), status: 200, response: json(arpList) }),
  arpByIp: defineRoute({ method: 'GET', path: '/arp/api/search/ip/:ip', tag: 'observations', summary: 'Bindings of an address', access: 'devices:read', params: ipParam, query: arpQuery.omit({ ip: true }), status: 200, response: json(arpList) }),
  arpByMac: defineRoute({ method: 'GET', path: '/arp/api/search/mac/:mac', tag: 'observations', summary: 'Bindings of a MAC', access: 'devices:read', params: macParam, query: arpQuery.omit({ mac: true }), status: 200, response: json(arpList) }),
  arpIpHistory: defineRoute({ method: 'GET', path: '/arp/api/ip-history/:ip', tag: 'observations', summary: 'Everyone who had an address', access: 'devices:read', params: ipParam, query: arpQuery.omit({ ip: true }), status: 200, response: json(arpList) }),
  arpMacHistory: defineRoute({ method: 'GET', path: '/arp/api/mac-history/:mac', tag: 'observations', summary: 'Every address a MAC had', access: 'devices:read', params: macParam, query: arpQuery.omit({ mac: true }), status: 200, response: json(arpList) }),
  describeMac: defineRoute({ method: 'GET', path: '/arp/api/oui/:mac', tag: 'observations', summary: 'The vendor of a MAC', access: 'devices:read', params: macParam, status: 200, response: json(macFacts) }),
  describeMacs: defineRoute({ method: 'POST', path: '/arp/api/oui/bulk', tag: 'observations', summary: 'The vendors of up to 1,000 MACs', access: 'devices:read', body: ouiBulkBody, status: 200, response: json(ouiBulkAnswer) }),

  listMac: defineRoute({ method: 'GET', path: '/mac', tag: 'observations', summary: 'Where MACs were, and when', access: 'devices:read', query: macQuery, status: 200, response: json(macList) }),
  exportMac: defineRoute({ method: 'GET', path: '/mac/export', tag: 'observations', summary: 'Locations of MACs as CSV or JSON', access: 'devices:read', query: macQuery.extend(exported), status: 200, response: CSV }),
  listNeighbors: defineRoute({ method: 'GET', path: '/neighbors', tag: 'observations', summary: 'Neighbours by LLDP and CDP, and when', access: 'devices:read', query: neighborQuery, status: 200, response: json(neighborList) }),
  exportNeighbors: defineRoute({ method: 'GET', path: '/neighbors/export', tag: 'observations', summary: 'Neighbours as CSV or JSON', access: 'devices:read', query: neighborQuery.extend(exported), status: 200, response: CSV }),
  listRoutes: defineRoute({ method: 'GET', path: '/routes', tag: 'observations', summary: 'Routes of devices, and when they were there', access: 'devices:read', query: routeQuery, status: 200, response: json(routeList) }),
  exportRoutes: defineRoute({ method: 'GET', path: '/routes/export', tag: 'observations', summary: 'Routes as CSV or JSON', access: 'devices:read', query: routeQuery.extend(exported), status: 200, response: CSV }),

  search: defineRoute({ method: 'GET', path: '/search', tag: 'captures', summary: 'Full-text search over captures', access: 'devices:read', query: searchQuery, status: 200, response: json(searchAnswer) }),
  seedSearch: defineRoute({ method: 'GET', path: '/capture/api/search', tag: 'captures', summary: 'Full-text search; the first generation’s path', access: 'devices:read', query: searchQuery, status: 200, response: json(searchAnswer) }),
  captureTypes: defineRoute({ method: 'GET', path: '/capture/api/types', tag: 'captures', summary: 'Capture types there are, with their counts', access: 'devices:read', status: 200, response: json(z.object({ types: z.array(z.object({ capture_type: z.string(), devices: z.int(), captures: z.int(), last_capture_at: isoTimestamp })) })) }),
  capturedDevices: defineRoute({ method: 'GET', path: '/capture/api/devices', tag: 'captures', summary: 'Devices with captures', access: 'devices:read', status: 200, response: json(z.object({ devices: z.array(z.object({ device_id: uuid, device_name: z.string(), platform: z.string(), site: z.string().nullable(), capture_types: z.array(z.string()), last_capture_at: isoTimestamp })) })) }),
  viewCapture: defineRoute({ method: 'GET', path: '/capture/api/view', tag: 'captures', summary: 'The current capture of a device and type', access: 'devices:read', query: z.strictObject({ device_id: uuid, capture_type: captureTypeName.default('configs') }), status: 200, response: json(captureContent), problems: NO_TEXT }),
} as const satisfies Record<string, Route>;
