import { type Envelope, envelopeSchema } from '@capstan/contracts';
import { type FieldError } from '@capstan/kernel';
import { fieldErrors } from './encode';

/** A body as an envelope, or why it is none. */
export type Decoded =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'undecodable'; readonly reason: string; readonly errors: readonly FieldError[] };

/** Reads a body: JSON in UTF-8 that is a CloudEvents 1.0 envelope. Never throws; unknown attributes are ignored. */
export function decodeEnvelope(body: Buffer): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return { kind: 'undecodable', reason: 'The body is not JSON', errors: [] };
  }
  const parsed = envelopeSchema.safeParse(value);
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error, value);
    return { kind: 'undecodable', reason: `The body is not an envelope: ${errors.map(({ path, message }) => `${path || 'body'} ${message}`).join('; ')}`, errors };
  }
  return { kind: 'envelope', envelope: { ...parsed.data, data: parsed.data.data } };
}
