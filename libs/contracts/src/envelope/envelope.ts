import { z } from 'zod';
import { isoTimestamp, uuid } from '../primitives';

/**
 * Every message body: CloudEvents 1.0 in structured JSON mode, with Capstan's extensions in lower case as the
 * specification demands. Unknown attributes are ignored so that a newer sender can add some.
 */
export const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  /** UUIDv7. The key of idempotency: the same fact or order always carries the same id. */
  id: uuid,
  /** `capstan/<service>` or, for an outside publisher, the name of its broker user. */
  source: z.string().min(1).max(200),
  /** Explicit and versioned, e.g. `session.finished.v1`; never derived from a class name. */
  type: z.string().min(1).max(200),
  /** What the message is about, usually a session or task id. */
  subject: z.string().max(200).optional(),
  time: isoTimestamp,
  datacontenttype: z.literal('application/json').default('application/json'),
  /** W3C Trace Context. */
  traceparent: z.string().max(60).optional(),
  /** The session, or whatever else ties messages of one piece of work together. */
  correlationid: z.string().max(100).optional(),
  /** Id of the message that led to this one. */
  causationid: z.string().max(100).optional(),
  /** Order within `subject`; larger is later. */
  sequence: z.int().min(0).optional(),
  data: z.unknown(),
});

/** See {@link envelopeSchema}. */
export type Envelope<Data = unknown> = Omit<z.infer<typeof envelopeSchema>, 'data'> & { data: Data };
