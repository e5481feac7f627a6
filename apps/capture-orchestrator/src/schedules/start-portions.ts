import { TARGET_KINDS, type TargetKindName } from '@capstan/contracts';

/** Targets of the sessions that are started in one transaction: beyond, a session has one of its own. */
export const TARGETS_TOGETHER = 500;

/**
 * Sessions that are due together, by the workers they need and then in portions of so many targets that one question and one
 * transaction are right for them. Whoever waits for a slow worker so keeps nobody waiting who does not need it.
 */
export function startPortions<Item>(items: readonly Item[], targetsOf: (item: Item) => readonly { readonly kind: TargetKindName }[], most = TARGETS_TOGETHER): Item[][][] {
  const groups = new Map<string, { portions: Item[][]; targets: number }>();
  for (const item of items) {
    const targets = targetsOf(item);
    const workers = [...new Set(targets.map(({ kind }) => TARGET_KINDS[kind].worker))].sort().join(' ');
    const group = groups.get(workers) ?? { portions: [], targets: 0 };
    groups.set(workers, group);
    const portion = group.portions.at(-1);
    if (portion === undefined || group.targets + targets.length > most) {
      group.portions.push([item]);
      group.targets = targets.length;
    } else {
      portion.push(item);
      group.targets += targets.length;
    }
  }
  return [...groups.values()].map(({ portions }) => portions);
}
