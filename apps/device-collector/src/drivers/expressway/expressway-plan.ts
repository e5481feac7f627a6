import { hostAddress, z } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { RemotePlan } from '../../packet-capture/capture-driver';

/** Where the diagnostic API stands: new first. */
export const BASE_PATHS = ['/api/v1/provisioning/common', '/api/provisioning/common'] as const;
/** See {@link BASE_PATHS}. */
export type BasePath = (typeof BASE_PATHS)[number];

/** What an expressway capture runs on, and who has files of it. Nothing is left on the device: its next run overwrites them. */
const expresswayPlan = z.object({
  driver: z.literal('expressway'),
  task_id: z.string(),
  base: z.enum(BASE_PATHS),
  method: z.enum(['PUT', 'POST']),
  primary: hostAddress,
  peers: z.array(hostAddress).min(1),
});
/** See {@link expresswayPlan}. */
export type ExpresswayPlan = z.output<typeof expresswayPlan>;

/** @throws AppError `INTERNAL_ERROR` for a stored plan that is none of ours */
export function readExpresswayPlan(plan: RemotePlan): ExpresswayPlan {
  const parsed = expresswayPlan.safeParse(plan);
  if (!parsed.success) {
    throw new AppError('INTERNAL_ERROR', 'The stored plan is not one of the expressway driver', { cause: parsed.error });
  }
  return parsed.data;
}
