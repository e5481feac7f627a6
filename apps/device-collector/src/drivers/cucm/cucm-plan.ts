import { z } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { RemotePlan } from '../../packet-capture/capture-driver';

/** What a capture leaves on a VOS node: files of one name. */
const cucmPlan = z.object({
  driver: z.literal('cucm'),
  task_id: z.string(),
  /** What the files are called, without `.cap`. */
  name: z.string().regex(/^capstan[0-9a-f]{32}$/),
});
/** See {@link cucmPlan}. */
export type CucmPlan = z.output<typeof cucmPlan>;

/** @throws AppError `INTERNAL_ERROR` for a stored plan that is none of ours: its files would be deleted */
export function readCucmPlan(plan: RemotePlan): CucmPlan {
  const parsed = cucmPlan.safeParse(plan);
  if (!parsed.success) {
    throw new AppError('INTERNAL_ERROR', 'The stored plan is not one of the cucm driver', { cause: parsed.error });
  }
  return parsed.data;
}
