import { TARGET_KINDS, type TargetKindName } from '@capstan/contracts';

/** Targets of the sessions that are started in one transaction: beyond, a session has one of its own. */
export const TARGETS_TOGETHER = 500;

/**
 * Sessions that are due together, in portions of which each is right for one question to its workers and one transaction: of the
 * same workers, so that whoever waits for a slow one keeps nobody waiting who does not need it, and of so many targets.
 */
export function startPortions<Item>(items: readonly Item[], targetsOf: (item: Item) => readonly { readonly kind: TargetKindName }[], most = TARGETS_TOGETHER): Item[][] {
  const portions: Item[][] = [];
  const unfilled = new Map<string, { portion: Item[]; targets: number }>();
  for (const item of items) {
    const targets = targetsOf(item);
    const workers = [...new Set(targets.map(({ kind }) => TARGET_KINDS[kind].worker))].sort().join(' ');
    const open = unfilled.get(workers);
    if (open !== undefined && open.targets + targets.length <= most) {
      open.portion.push(item);
      open.targets += targets.length;
    } else {
      const portion = [item];
      portions.push(portion);
      unfilled.set(workers, { portion, targets: targets.length });
    }
  }
  return portions;
}
