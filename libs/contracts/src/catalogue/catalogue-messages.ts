import { z } from 'zod';
import { defineEvent, defineRpc } from '../envelope/definitions';
import { isoTimestamp, pageInfo, uuid } from '../primitives';
import { actor } from '../sessions/session';
import { captureContent, captureGroups, captureGroupsQuery, captureList, captureListQuery, captureTextQuery, captureView, compareQuery, configHistoryQuery, searchAnswer, searchQuery } from './captures';
import { acknowledgeBody, acknowledgeManyBody, captureDiff, changeActor, changeDiff, changeList, changeListQuery, CHANGE_SEVERITIES, changeView, diffQuery } from './changes';
import {
  arpDevices,
  arpEvent,
  arpEventList,
  arpEventQuery,
  arpList,
  arpQuery,
  arpStats,
  EXPORT_TABLES,
  exportFormat,
  macFacts,
  macList,
  macQuery,
  neighborList,
  neighborQuery,
  routeList,
  routeQuery,
} from './observations';

const OWNER = 'device-collector';
const byCapture = { capture_id: uuid };
const byChange = { change_id: uuid };
/** Where a file is that the owner made for one download. */
const madeFile = z.object({ key: z.string(), name: z.string(), media_type: z.string(), size: z.int(), sha256: z.string() });
const device = z.object({ device_id: uuid, name: z.string(), platform: z.string(), site: z.string().nullable() });

/** What the gateway asks about captures, their changes and what they tell. Texts come masked, but for `reveal`. */
export const catalogueRpc = {
  captures: defineRpc(OWNER, 'list-device-captures', 'Captures, newest first', { request: captureListQuery, response: captureList }),
  capture: defineRpc(OWNER, 'get-device-capture', 'One capture with its texts and rows', { request: z.object(byCapture), response: captureContent, timeoutMs: 20_000 }),
  currentCapture: defineRpc(OWNER, 'get-current-capture', 'The last good capture of a device and type with its texts and rows', { request: z.object({ device_id: uuid, capture_type: z.string() }), response: captureContent, timeoutMs: 20_000 }),
  captureText: defineRpc(OWNER, 'make-capture-text', 'Makes the masked text of a capture a file', { request: captureTextQuery.extend(byCapture), response: madeFile, timeoutMs: 30_000 }),
  configHistory: defineRpc(OWNER, 'make-config-history', 'Makes the history of configurations a stream for git', { request: configHistoryQuery, response: z.object({ file: madeFile, commits: z.int() }), timeoutMs: 120_000 }),
  reveal: defineRpc(OWNER, 'reveal-capture', 'The text with its secrets, sealed for whoever may read them', {
    request: z.object({ ...byCapture, recipient: z.record(z.string(), z.unknown()), requested_by: actor }),
    response: z.object({ sealed_text: z.array(z.string()) }),
    timeoutMs: 30_000,
  }),
  setBaseline: defineRpc(OWNER, 'set-capture-baseline', 'Makes a capture the approved reference, or not any more', { request: z.object({ ...byCapture, baseline: z.boolean(), requested_by: actor }), response: z.object({ capture: captureView }) }),
  compare: defineRpc(OWNER, 'compare-captures', 'The difference of two captures', { request: compareQuery, response: z.object({ diff: captureDiff }), timeoutMs: 20_000 }),
  drift: defineRpc(OWNER, 'get-capture-drift', 'The difference of a device’s current capture to its approved reference', { request: z.object({ device_id: uuid, capture_type: z.string(), context: z.int() }), response: z.object({ diff: captureDiff }), timeoutMs: 20_000 }),
  groups: defineRpc(OWNER, 'group-captures', 'Devices with equal outputs', { request: captureGroupsQuery, response: captureGroups }),
  search: defineRpc(OWNER, 'search-captures', 'Full-text search', { request: searchQuery, response: searchAnswer, timeoutMs: 15_000 }),
  types: defineRpc(OWNER, 'count-capture-types', 'Capture types there are, with their counts', { request: z.object({}), response: z.object({ types: z.array(z.object({ capture_type: z.string(), devices: z.int(), captures: z.int(), last_capture_at: isoTimestamp })) }) }),
  devices: defineRpc(OWNER, 'list-captured-devices', 'Devices with captures', { request: z.object({}), response: z.object({ devices: z.array(z.object({ device_id: uuid, device_name: z.string(), platform: z.string(), site: z.string().nullable(), capture_types: z.array(z.string()), last_capture_at: isoTimestamp })) }) }),

  changes: defineRpc(OWNER, 'list-changes', 'Changes, newest first', { request: changeListQuery, response: changeList }),
  change: defineRpc(OWNER, 'get-change', 'One change', { request: z.object(byChange), response: z.object({ change: changeView }) }),
  changeDiff: defineRpc(OWNER, 'get-change-diff', 'What a change changed', { request: diffQuery.extend(byChange), response: changeDiff, timeoutMs: 20_000 }),
  acknowledge: defineRpc(OWNER, 'acknowledge-change', 'Says that a change is known', { request: acknowledgeBody.extend({ ...byChange, requested_by: actor }), response: z.object({ change: changeView }) }),
  acknowledgeMany: defineRpc(OWNER, 'acknowledge-changes', 'Says that changes are known', { request: acknowledgeManyBody.extend({ requested_by: actor }), response: z.object({ acknowledged: z.int() }) }),

  arp: defineRpc(OWNER, 'list-arp', 'Who had which address', { request: arpQuery, response: arpList }),
  arpEvents: defineRpc(OWNER, 'list-arp-events', 'What ARP tables tell beside their rows', { request: arpEventQuery, response: arpEventList }),
  arpStats: defineRpc(OWNER, 'get-arp-stats', 'Counts over all ARP tables', { request: z.object({}), response: arpStats }),
  arpDevices: defineRpc(OWNER, 'list-arp-devices', 'Devices with ARP tables', { request: z.object({}), response: arpDevices }),
  oui: defineRpc(OWNER, 'describe-macs', 'What can be said of MACs by themselves', { request: z.object({ macs: z.array(z.string()).max(1_000) }), response: z.object({ results: z.array(macFacts), invalid: z.array(z.string()) }) }),
  mac: defineRpc(OWNER, 'list-mac-locations', 'Where MACs were', { request: macQuery, response: macList }),
  neighbors: defineRpc(OWNER, 'list-neighbors', 'Neighbours by LLDP and CDP', { request: neighborQuery, response: neighborList }),
  routes: defineRpc(OWNER, 'list-device-routes', 'Routes of devices', { request: routeQuery, response: routeList }),
  exportTable: defineRpc(OWNER, 'export-table', 'Makes a table a file', {
    /** `query` is that of the list of the same name. */
    request: z.object({ table: z.enum(EXPORT_TABLES), format: exportFormat, query: z.record(z.string(), z.unknown()) }),
    response: z.object({ file: madeFile, row_count: z.int(), total: pageInfo.total }),
    timeoutMs: 60_000,
  }),
} as const;

/** Facts about what captures tell. */
export const catalogueEvents = {
  configChanged: defineEvent('device.config-changed.v1', [OWNER], 'The configuration of a device is another one', z.object({
    device,
    type: z.literal('configs'),
    change_id: uuid,
    session_id: uuid,
    severity: z.enum(CHANGE_SEVERITIES),
    added: z.int(),
    removed: z.int(),
    summary: z.array(z.string()),
    actor: changeActor.nullable(),
    at: isoTimestamp,
  })),
  deviceChanged: defineEvent('device.changed.v1', [OWNER], 'What a device is, or what it is made of, is another than before', z.object({
    device,
    type: z.string(),
    change_id: uuid,
    session_id: uuid,
    severity: z.enum(CHANGE_SEVERITIES),
    added: z.int(),
    removed: z.int(),
    modified: z.int(),
    summary: z.array(z.string()),
    at: isoTimestamp,
  })),
  arpConflict: defineEvent('arp.conflict.v1', [OWNER], 'An address has two MACs at once, or a gateway has another one', z.object({ event: arpEvent })),
} as const;
