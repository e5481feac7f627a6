import { z } from 'zod';

const index = z.int().min(0);
const namespaced = /^[a-z][a-z0-9_-]*:[a-z0-9_]+$/;
const datetime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z$/;

const metaSchema = z.strictObject({
  global: z.looseObject({
    'core:datatype': z.string().regex(/^(?:[cr](?:f32|f64|i32|i16|u32|u16)_(?:le|be)|[cr](?:i8|u8))$/),
    'core:version': z.string().regex(/^\d+\.\d+\.\d+$/),
    'core:sample_rate': z.number().positive().max(1e12).optional(),
    'core:sha512': z.string().regex(/^[0-9a-f]{128}$/).optional(),
    'core:extensions': z.array(z.strictObject({ name: z.string(), version: z.string(), optional: z.boolean() })).optional(),
  }),
  captures: z.array(z.looseObject({
    'core:sample_start': index,
    'core:global_index': index.optional(),
    'core:frequency': z.number().optional(),
    'core:datetime': z.string().regex(datetime).optional(),
    'core:geolocation': z.strictObject({ type: z.literal('Point'), coordinates: z.array(z.number()).min(2).max(3) }).optional(),
  })),
  annotations: z.array(z.looseObject({
    'core:sample_start': index,
    'core:sample_count': index.optional(),
    'core:label': z.string().max(20).optional(),
    'core:freq_lower_edge': z.number().optional(),
    'core:freq_upper_edge': z.number().optional(),
  })),
});

/** What the check compares a meta with. */
export interface DataFacts {
  readonly bytes: number;
  readonly sha512: string;
}

const SAMPLE_BYTES: Readonly<Record<string, number>> = { cf32_le: 8, ci16_le: 4, ci16_be: 4, cu8: 2 };

/**
 * What is wrong with a SigMF meta: the rules of the specification's schema, and those it leaves to the text: real dates in
 * UTC, order, edges in pairs, indices inside of the data and never behind it, every namespace declared, the hash.
 * @returns sentences; empty when all is well
 */
export function checkSigmf(meta: unknown, data: DataFacts): string[] {
  const parsed = metaSchema.safeParse(meta);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  }
  const { global, captures, annotations } = parsed.data;
  const problems: string[] = [];
  const size = SAMPLE_BYTES[global['core:datatype']];
  if (size === undefined || data.bytes % size !== 0) {
    problems.push('the data is not a whole number of samples');
  }
  const count = data.bytes / (size ?? 1);
  if (global['core:sha512'] !== undefined && global['core:sha512'] !== data.sha512) {
    problems.push('core:sha512 is not that of the data');
  }
  captures.forEach((capture, at) => {
    const before = captures[at - 1];
    const stamp = capture['core:datetime'];
    if (capture['core:sample_start'] >= count && count > 0) {
      problems.push(`captures.${at} begins behind the data`);
    }
    if (stamp !== undefined && !isRealDate(stamp)) {
      problems.push(`captures.${at} has a date that does not exist`);
    }
    if (before !== undefined) {
      const step = capture['core:sample_start'] - before['core:sample_start'];
      if (step <= 0) {
        problems.push(`captures.${at} is out of order`);
      }
      if (capture['core:global_index'] !== undefined && before['core:global_index'] !== undefined && capture['core:global_index'] - before['core:global_index'] < step) {
        problems.push(`captures.${at} counts fewer samples than there are`);
      }
    }
  });
  annotations.forEach((annotation, at) => {
    if ((annotation['core:freq_lower_edge'] === undefined) !== (annotation['core:freq_upper_edge'] === undefined)) {
      problems.push(`annotations.${at} has one edge only`);
    }
    if (annotation['core:sample_start'] + (annotation['core:sample_count'] ?? 0) > count) {
      problems.push(`annotations.${at} ends behind the data`);
    }
    if (annotation['core:sample_start'] < (annotations[at - 1]?.['core:sample_start'] ?? 0)) {
      problems.push(`annotations.${at} is out of order`);
    }
  });
  const declared = new Set(['core', ...(global['core:extensions'] ?? []).map((extension) => extension.name)]);
  for (const name of [global, ...captures, ...annotations].flatMap((part) => Object.keys(part))) {
    if (!namespaced.test(name) || !declared.has(name.slice(0, name.indexOf(':')))) {
      problems.push(`${name} is of no declared namespace`);
    }
  }
  return [...new Set(problems)];
}

function isRealDate(stamp: string): boolean {
  const seconds = Date.parse(`${stamp.slice(0, 19)}Z`);
  return !Number.isNaN(seconds) && new Date(seconds).toISOString().slice(0, 19) === stamp.slice(0, 19);
}
