import { z } from 'zod';
import { defineRpc } from '../envelope/definitions';
import { isoTimestamp, label, pageInfo, uuid } from '../primitives';

const OWNER = 'sdr-acquirer';

/** The source of recordings whose source is not known. It is always there. */
export const UNKNOWN_SOURCE_ID = '00000000-0000-4000-8000-000000000001';

const sourceFields = {
  name: label(255),
  description: z.string().max(2_000).default(''),
  frequency_hz: z.int().min(1).max(30_000_000_000).nullish().transform((value) => value ?? null),
  latitude: z.number().min(-90).max(90).nullish().transform((value) => value ?? null),
  longitude: z.number().min(-180).max(180).nullish().transform((value) => value ?? null),
  power_dbm: z.number().min(-200).max(200).nullish().transform((value) => value ?? null),
  source_type: z.string().trim().max(100).default(''),
  is_validated: z.boolean().default(false),
  error_margin_meters: z.number().positive().max(40_000_000).nullish().transform((value) => value ?? null),
} as const;

/** Body of `POST /known-sources`. */
export const createSourceBody = z.strictObject(sourceFields);
/** See {@link createSourceBody}. */
export type CreateSourceBody = z.output<typeof createSourceBody>;

/** Body of `PATCH /known-sources/:id`: what is named changes. */
export const updateSourceBody = z.strictObject({
  name: label(255).optional(),
  description: z.string().max(2_000).optional(),
  frequency_hz: z.int().min(1).max(30_000_000_000).nullable().optional(),
  latitude: z.number().min(-90).max(90).nullable().optional(),
  longitude: z.number().min(-180).max(180).nullable().optional(),
  power_dbm: z.number().min(-200).max(200).nullable().optional(),
  source_type: z.string().trim().max(100).optional(),
  is_validated: z.boolean().optional(),
  error_margin_meters: z.number().positive().max(40_000_000).nullable().optional(),
});
/** See {@link updateSourceBody}. */
export type UpdateSourceBody = z.output<typeof updateSourceBody>;

/** A transmitter whose recordings are labelled with it. */
export const sourceView = z.object({
  source_id: uuid,
  name: z.string(),
  description: z.string(),
  frequency_hz: z.int().nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  power_dbm: z.number().nullable(),
  source_type: z.string(),
  is_validated: z.boolean(),
  error_margin_meters: z.number().nullable(),
  created_at: isoTimestamp,
});
/** See {@link sourceView}. */
export type SourceView = z.output<typeof sourceView>;

/** Filters of the list of sources. */
export const sourceListQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  per_page: z.coerce.number().int().min(1).max(100).default(100),
  limit: z.coerce.number().int().min(1).max(100).optional(),
  q: z.string().max(100).optional(),
});

/** A page of sources: "Unknown" first, then by name. */
export const sourceList = z.object({ sources: z.array(sourceView), ...pageInfo });

/** What the gateway asks about sources. */
export const sourceRpc = {
  list: defineRpc(OWNER, 'list-known-sources', 'Known sources', { request: sourceListQuery, response: sourceList }),
  get: defineRpc(OWNER, 'get-known-source', 'One source', { request: z.object({ source_id: uuid }), response: z.object({ source: sourceView }) }),
  create: defineRpc(OWNER, 'create-known-source', 'Add a source', { request: z.object({ source_id: uuid, source: createSourceBody }), response: z.object({ source: sourceView }) }),
  update: defineRpc(OWNER, 'update-known-source', 'Change a source', { request: z.object({ source_id: uuid, changes: updateSourceBody }), response: z.object({ source: sourceView }) }),
  remove: defineRpc(OWNER, 'delete-known-source', 'Remove a source that no recording names', { request: z.object({ source_id: uuid }), response: z.object({}) }),
} as const;
