import { z } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { RemotePlan } from '../../packet-capture/capture-driver';

/** What a capture leaves on a router, and what ends it. */
const iosXePlan = z.object({
  driver: z.literal('ios-xe'),
  task_id: z.string(),
  /** Capture point. Only names of this shape are ever removed. */
  name: z.string().regex(/^CS[A-Z0-9]{6}$/),
  /** Access list of the filter; null when there is none. */
  acl: z.string().regex(/^CS[A-Z0-9]{6}_A$/).nullable(),
  /** File system the capture is exported to, with its colon. */
  file_system: z.string().regex(/^[a-z]+\d*:$/),
  file: z.string().regex(/^CS[A-Z0-9]{6}\.pcap$/),
  /** Seconds after which the router ends the capture by itself. */
  limit_sec: z.int().positive(),
  packet_limit: z.int().positive().nullable(),
  buffer_mb: z.int().positive(),
  circular: z.boolean(),
});
/** See {@link iosXePlan}. */
export type IosXePlan = z.output<typeof iosXePlan>;

/** @throws AppError `INTERNAL_ERROR` for a stored plan that is none of ours: its capture point would be removed */
export function readIosXePlan(plan: RemotePlan): IosXePlan {
  const parsed = iosXePlan.safeParse(plan);
  if (!parsed.success) {
    throw new AppError('INTERNAL_ERROR', 'The stored plan is not one of the ios-xe driver', { cause: parsed.error });
  }
  return parsed.data;
}
