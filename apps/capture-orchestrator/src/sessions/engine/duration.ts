import { startsTogether, TARGET_KINDS, type TargetKindName } from '@capstan/contracts';

interface Kinded {
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Whether the target runs until it is told to stop, whatever the session's duration is. */
export function isOpenEnded({ kind, spec }: Kinded): boolean {
  return TARGET_KINDS[kind as TargetKindName].openEnded(spec as never);
}

/** Whether the target can hold still. */
export function isPausable({ kind }: Pick<Kinded, 'kind'>): boolean {
  return TARGET_KINDS[kind as TargetKindName].pausable;
}

/** Whether the target begins whenever its worker has a place for it, and may be begun anew when it was lost. */
export function isIndependent(target: Pick<Kinded, 'kind'>): boolean {
  return !startsTogether(target);
}

/** Seconds the target captures; null until told. */
export function durationOf(session: { readonly durationSec: number | null }, target: Kinded): number | null {
  return isOpenEnded(target) ? null : session.durationSec;
}
