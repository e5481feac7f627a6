import { z } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { RemotePlan } from '../../packet-capture/capture-driver';

/** What a linux capture leaves on its host, and what ends it. */
const linuxPlan = z.object({
  driver: z.literal('linux'),
  task_id: z.string(),
  /** Folder of the capture files. */
  work: z.string().regex(/^\/[\w./-]+\/capstan-[0-9a-f-]{36}$/),
  /** Folder of scripts, messages and marks; may be the same. */
  control: z.string().regex(/^\/[\w./-]+\/capstan-[0-9a-f-]{36}$/),
  elevation: z.enum(['none', 'sudo']),
  expression: z.string(),
  reserve_kib: z.number(),
});
/** See {@link linuxPlan}. */
export type LinuxPlan = z.output<typeof linuxPlan>;

/** @throws AppError `INTERNAL_ERROR` for a stored plan that is none of ours: its folders would be removed */
export function readLinuxPlan(plan: RemotePlan): LinuxPlan {
  const parsed = linuxPlan.safeParse(plan);
  if (!parsed.success) {
    throw new AppError('INTERNAL_ERROR', 'The stored plan is not one of the linux driver', { cause: parsed.error });
  }
  return parsed.data;
}
