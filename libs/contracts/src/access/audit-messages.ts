import { z } from 'zod';
import { defineEvent } from '../envelope/definitions';
import { isoTimestamp } from '../primitives';
import { actor } from '../sessions/session';

const fact = z.object({
  at: isoTimestamp,
  actor,
  action: z.string().max(200),
  subject: z.string().max(200).nullable(),
  outcome: z.string().max(100),
  details: z.record(z.string(), z.unknown()),
});

/** What a service did in the outside world on somebody's behalf; the gateway writes it into the audit log. */
export const auditRecorded = defineEvent(
  'audit.recorded.v1',
  ['device-collector', 'camera-service', 'sdr-acquirer', 'capture-orchestrator'],
  'Something worth auditing was done, e.g. a command was sent to a device',
  fact,
);

/** Most facts of one {@link auditBatch}. */
export const AUDIT_BATCH = 500;

/** Several of them at once, in their order: of a login with a dozen commands a message each would be a dozen transactions for whoever keeps them. */
export const auditBatch = defineEvent(
  'audit.batch-recorded.v1',
  ['device-collector', 'camera-service', 'sdr-acquirer'],
  'Several things worth auditing were done, e.g. the commands of one login',
  z.object({ entries: z.array(fact).min(1).max(AUDIT_BATCH) }),
);
