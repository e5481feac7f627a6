import { z } from 'zod';
import { isoTimestamp, uuid } from '../primitives';
import { defineRoute } from '../rest/route';
import { createSourceBody, sourceList, sourceListQuery, sourceView, updateSourceBody } from './known-sources';
import { createReceiverBody, importReceiversAnswer, importReceiversBody, receiverHealth, receiverList, receiverListQuery, receiverView, updateReceiverBody } from './receivers';
import { chunkListQuery, chunkView, createRecordingBody, EXPORT_FORMATS, recordingAnalytics, recordingList, recordingListQuery, recordingView, retryRecordingBody, updateRecordingBody } from './recordings';

const params = z.strictObject({ id: uuid });
const json = <S extends z.ZodType>(schema: S) => ({ json: schema }) as const;
const EMPTY = { empty: true } as const;
const recording = json(z.object({ recording: recordingView }));
const receiver = json(z.object({ receiver: receiverView }));
const source = json(z.object({ source: sourceView }));
const exportFields = { format: z.enum(EXPORT_FORMATS).default('sigmf') } as const;
const read = { access: 'recordings:read', status: 200 } as const;
const write = { access: 'recordings:write', status: 200 } as const;

/** Routes of recordings, receivers and known sources; part of `routes`. */
export const recordingRoutes = {
  createRecording: defineRoute({ ...write, method: 'POST', path: '/recordings', tag: 'recordings', summary: 'Record a frequency from many receivers together', body: createRecordingBody, status: 201, response: recording, problems: ['SOURCE_NOT_FOUND', 'RECEIVER_NOT_FOUND', 'NO_ACTIVE_RECEIVERS'], idempotent: true }),
  listRecordings: defineRoute({ ...read, method: 'GET', path: '/recordings', tag: 'recordings', summary: 'Recordings, newest first', query: recordingListQuery, response: json(recordingList) }),
  recordingAnalytics: defineRoute({ ...read, method: 'GET', path: '/recordings/analytics', tag: 'recordings', summary: 'Numbers about all recordings', response: json(recordingAnalytics) }),
  getRecording: defineRoute({ ...read, method: 'GET', path: '/recordings/:id', tag: 'recordings', summary: 'One recording with its receivers', params, response: recording, problems: ['RECORDING_NOT_FOUND', 'SESSION_EXPIRED'] }),
  updateRecording: defineRoute({ ...write, method: 'PATCH', path: '/recordings/:id', tag: 'recordings', summary: 'Change name, notes, source or approval', params, body: updateRecordingBody, response: recording, problems: ['RECORDING_NOT_FOUND', 'SOURCE_NOT_FOUND'] }),
  deleteRecording: defineRoute({ ...write, method: 'DELETE', path: '/recordings/:id', tag: 'recordings', summary: 'Remove a recording with everything stored', params, status: 204, response: EMPTY, problems: ['RECORDING_NOT_FOUND'] }),
  pauseRecording: defineRoute({ ...write, method: 'POST', path: '/recordings/:id/pause', tag: 'recordings', summary: 'Hold still from the next chunk on; connections stay', params, response: recording, problems: ['RECORDING_NOT_FOUND', 'ILLEGAL_TRANSITION'] }),
  resumeRecording: defineRoute({ ...write, method: 'POST', path: '/recordings/:id/resume', tag: 'recordings', summary: 'Go on after a pause', params, response: recording, problems: ['RECORDING_NOT_FOUND', 'ILLEGAL_TRANSITION'] }),
  cancelRecording: defineRoute({ ...write, method: 'POST', path: '/recordings/:id/cancel', tag: 'recordings', summary: 'End now; what was recorded stays', params, response: recording, problems: ['RECORDING_NOT_FOUND', 'ILLEGAL_TRANSITION'] }),
  retryRecording: defineRoute({ ...write, method: 'POST', path: '/recordings/:id/retry', tag: 'recordings', summary: 'Record missing chunks again, as a recording of its own', params, body: retryRecordingBody, status: 202, response: recording, problems: ['RECORDING_NOT_FOUND', 'SESSION_NOT_READY', 'NOTHING_TO_RETRY'], idempotent: true }),
  listChunks: defineRoute({ ...read, method: 'GET', path: '/recordings/:id/chunks', tag: 'recordings', summary: 'Chunks with their quality', params, query: chunkListQuery, response: json(z.object({ chunks: z.array(chunkView) })), problems: ['RECORDING_NOT_FOUND'] }),
  exportRecording: defineRoute({ method: 'GET', path: '/recordings/:id/export', tag: 'recordings', summary: 'SigMF archive, WAV, CSV of the metrics, or an aligned set', access: { link: 'artifacts:download' }, params, query: z.strictObject({ link: z.string().max(2_000).optional(), ...exportFields, receiver_no: z.coerce.number().int().min(1).optional() }), status: 200, response: { bytes: 'application/octet-stream' }, problems: ['RECORDING_NOT_FOUND', 'SESSION_NOT_READY', 'NO_CAPTURES_FOUND', 'RECORDING_TOO_LARGE', 'LINK_EXPIRED', 'LINK_INVALID'] }),
  recordingExportUrl: defineRoute({ method: 'POST', path: '/recordings/:id/download-url', tag: 'recordings', summary: 'A short-lived link to an export', access: 'artifacts:download', params, body: z.strictObject({ ...exportFields, receiver_no: z.int().min(1).optional() }).prefault({}), status: 200, response: json(z.object({ url: z.string(), expires_at: isoTimestamp })), problems: ['RECORDING_NOT_FOUND'] }),

  listReceivers: defineRoute({ ...read, method: 'GET', path: '/receivers', tag: 'receivers', summary: 'Receivers, by number', query: receiverListQuery, response: json(receiverList) }),
  createReceiver: defineRoute({ ...write, method: 'POST', path: '/receivers', tag: 'receivers', summary: 'Add a receiver', body: createReceiverBody, status: 201, response: receiver, problems: ['NAME_TAKEN'], idempotent: true }),
  receiversHealth: defineRoute({ ...read, method: 'GET', path: '/receivers/health', tag: 'receivers', summary: 'Health of every receiver, by its id', response: json(z.object({ health: z.record(z.string(), receiverHealth) })) }),
  exportReceivers: defineRoute({ ...read, method: 'GET', path: '/receivers/export', tag: 'receivers', summary: 'All receivers, ready to be imported', response: json(z.object({ receivers: z.array(z.record(z.string(), z.unknown())) })) }),
  importReceivers: defineRoute({ ...write, method: 'POST', path: '/receivers/import', tag: 'receivers', summary: 'Add or change many; each row has its own result', body: importReceiversBody, response: json(importReceiversAnswer), idempotent: true }),
  getReceiver: defineRoute({ ...read, method: 'GET', path: '/receivers/:id', tag: 'receivers', summary: 'One receiver', params, response: receiver, problems: ['RECEIVER_NOT_FOUND'] }),
  updateReceiver: defineRoute({ ...write, method: 'PATCH', path: '/receivers/:id', tag: 'receivers', summary: 'Change a receiver', params, body: updateReceiverBody, response: receiver, problems: ['RECEIVER_NOT_FOUND', 'NAME_TAKEN'] }),
  deleteReceiver: defineRoute({ ...write, method: 'DELETE', path: '/receivers/:id', tag: 'receivers', summary: 'Remove a receiver; its number is not given again', params, status: 204, response: EMPTY, problems: ['RECEIVER_NOT_FOUND', 'RECEIVER_IN_USE'] }),
  checkReceiver: defineRoute({ ...write, method: 'POST', path: '/receivers/:id/check', tag: 'receivers', summary: 'Ask a receiver how it is, now', params, response: json(z.object({ health: receiverHealth })), problems: ['RECEIVER_NOT_FOUND'] }),

  listSources: defineRoute({ ...read, method: 'GET', path: '/known-sources', tag: 'known sources', summary: 'Known sources; Unknown is always the first', query: sourceListQuery, response: json(sourceList) }),
  createSource: defineRoute({ ...write, method: 'POST', path: '/known-sources', tag: 'known sources', summary: 'Add a source', body: createSourceBody, status: 201, response: source, problems: ['NAME_TAKEN'], idempotent: true }),
  getSource: defineRoute({ ...read, method: 'GET', path: '/known-sources/:id', tag: 'known sources', summary: 'One source', params, response: source, problems: ['SOURCE_NOT_FOUND'] }),
  updateSource: defineRoute({ ...write, method: 'PATCH', path: '/known-sources/:id', tag: 'known sources', summary: 'Change a source', params, body: updateSourceBody, response: source, problems: ['SOURCE_NOT_FOUND', 'SOURCE_FIXED', 'NAME_TAKEN'] }),
  deleteSource: defineRoute({ ...write, method: 'DELETE', path: '/known-sources/:id', tag: 'known sources', summary: 'Remove a source that no recording names', params, status: 204, response: EMPTY, problems: ['SOURCE_NOT_FOUND', 'SOURCE_IN_USE', 'SOURCE_FIXED'] }),
} as const;
