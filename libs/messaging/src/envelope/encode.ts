import { fieldProblems, type Envelope, type z } from '@capstan/contracts';
import { type FieldError, isoTime, validationError } from '@capstan/kernel';

/** What a sender says of a message beside its data. */
export interface EnvelopeFields {
  readonly id: string;
  /** `capstan/<service>`. */
  readonly source: string;
  readonly type: string;
  /** Unix time in milliseconds. */
  readonly time: number;
  readonly subject?: string;
  readonly sequence?: number;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly traceparent?: string;
}

/** Media type of every body (CloudEvents 1.0, structured mode). */
export const CONTENT_TYPE = 'application/cloudevents+json';

/** Builds a CloudEvents 1.0 envelope; what is undefined is left out. */
export function makeEnvelope<Data>(fields: EnvelopeFields, data: Data): Envelope<Data> {
  return {
    specversion: '1.0',
    id: fields.id,
    source: fields.source,
    type: fields.type,
    ...(fields.subject === undefined ? {} : { subject: fields.subject }),
    time: isoTime(fields.time),
    datacontenttype: 'application/json',
    ...(fields.traceparent === undefined ? {} : { traceparent: fields.traceparent }),
    ...(fields.correlationId === undefined ? {} : { correlationid: fields.correlationId }),
    ...(fields.causationId === undefined ? {} : { causationid: fields.causationId }),
    ...(fields.sequence === undefined ? {} : { sequence: fields.sequence }),
    data,
  };
}

/** The body of a message. */
export function encodeEnvelope(envelope: Envelope): Buffer {
  return Buffer.from(JSON.stringify(envelope), 'utf8');
}

/** The wrong fields of a value, with the codes of the API, and without the values themselves: one may be a password. */
export function fieldErrors(error: z.ZodError, value: unknown): FieldError[] {
  return fieldProblems(error.issues, value);
}

/**
 * Checks data before it is sent, so that a mistake shows at the sender, where its stack is.
 * @throws AppError `VALIDATION_FAILED`
 */
export function parseOutgoing<Schema extends z.ZodType>(type: string, schema: Schema, data: unknown): z.output<Schema> {
  const parsed = schema.safeParse(data);
  if (!parsed.success) {
    throw validationError(fieldErrors(parsed.error, data), `The data of ${type} is not valid`);
  }
  return parsed.data;
}
