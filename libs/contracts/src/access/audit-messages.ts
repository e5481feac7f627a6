import { z } from 'zod';
import { defineEvent } from '../envelope/definitions';
import { isoTimestamp } from '../primitives';
import { actor } from '../sessions/session';

/** What a service did in the outside world on somebody's behalf; the gateway writes it into the audit log. */
export const auditRecorded = defineEvent(
  'audit.recorded.v1',
  ['device-collector', 'camera-service', 'sdr-acquirer', 'capture-orchestrator'],
  'Something worth auditing was done, e.g. a command was sent to a device',
  z.object({
    at: isoTimestamp,
    actor,
    action: z.string().max(200),
    subject: z.string().max(200).nullable(),
    outcome: z.string().max(100),
    details: z.record(z.string(), z.unknown()),
  }),
);
