import type { CaptureFilter, OnUnsupported } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { displayFilter } from './display-filter';
import { readFilter } from './filter';
import { EVERYTHING, type Filter, leavesOf, sameness } from './filter-tree';
import { pushNegations, simplify } from './simplify';

/**
 * Whether a device can express a whole filter. Asked for normalised filters whose negations stand at conditions only, and
 * for parts of the wanted one; `everything` is never asked for, since every device can capture it.
 */
export type Expressible = (filter: Filter) => boolean;

/** A filter divided between a device and what comes after it. */
export interface DividedFilter {
  /** What the device applies: passes every packet that is wanted, and no more of the others than it must. */
  readonly device: Filter;
  /** Wireshark display filter of the whole wanted filter; null when the device applies all of it. */
  readonly postFilter: string | null;
  /** Paths of the conditions that the device does not apply. */
  readonly dropped: readonly string[];
}

/** What a device that knows the whole language is given: everything it is asked for. */
export const EXPRESSES_ALL: Expressible = () => true;

/** What a device without any filter is given. */
export const EXPRESSES_NOTHING: Expressible = () => false;

/**
 * Divides the wanted filter: what the device can express goes to it, the rest is refused, or applied afterwards when asked for.
 * @param device how the device is called in the message
 * @throws AppError `UNSUPPORTED_FILTER`; the first condition in `details.path`, all of them in `details.paths`
 */
export function divideFilter(
  target: { readonly filter?: CaptureFilter | undefined; readonly on_unsupported: OnUnsupported },
  expressible: Expressible,
  device: string,
): DividedFilter {
  const wanted = readFilter(target.filter);
  if (wanted.kind === 'everything' || expressible(wanted)) {
    return { device: wanted, postFilter: null, dropped: [] };
  }
  const wider = widen(wanted, expressible);
  if (sameness(wider) === sameness(pushNegations(wanted))) {
    return { device: wider, postFilter: null, dropped: [] };
  }
  const kept = new Set(leavesOf(wider).map(({ path }) => path));
  const lost = leavesOf(wanted).map(({ path }) => path);
  // Every condition can be there while their combination is not.
  const paths = lost.filter((path) => !kept.has(path));
  const dropped = paths.length > 0 ? paths : lost;
  if (target.on_unsupported === 'refuse') {
    const [path = 'filter'] = dropped;
    throw new AppError('UNSUPPORTED_FILTER', `${path}: ${device} cannot filter by this; ask for on_unsupported post_filter to have it filtered afterwards`, {
      details: { path, paths: dropped },
    });
  }
  return { device: wider, postFilter: displayFilter(wanted), dropped };
}

/**
 * The narrowest filter found that a device can express and that passes at least what `wanted` passes. Greedy from left to right:
 * conditions that must all match are taken as long as the device takes them together; alternatives are taken all or not at all,
 * because each of them widens.
 */
export function widen(wanted: Filter, expressible: Expressible): Filter {
  return widenPart(pushNegations(wanted), expressible);
}

function widenPart(filter: Filter, expressible: Expressible): Filter {
  if (filter.kind === 'everything' || expressible(filter)) {
    return filter;
  }
  if (filter.kind === 'all') {
    return takeWhile(filter.of, expressible);
  }
  if (filter.kind === 'any') {
    const wider = simplify({ kind: 'any', of: filter.of.map((child) => widenPart(child, expressible)) });
    return wider.kind !== 'everything' && expressible(wider) ? wider : takeWhile(commonTo(filter.of), expressible);
  }
  return EVERYTHING;
}

function takeWhile(members: readonly Filter[], expressible: Expressible): Filter {
  return members.reduce<Filter>((taken, member) => {
    const more = simplify({ kind: 'all', of: [taken, widenPart(member, expressible)] });
    return more.kind === 'everything' || expressible(more) ? more : taken;
  }, EVERYTHING);
}

/** What every alternative demands: `(a and b) or (a and c)` needs `a`. */
function commonTo(alternatives: readonly Filter[]): Filter[] {
  const [first, ...others] = alternatives.map((filter) => (filter.kind === 'all' ? filter.of : [filter]));
  const sets = others.map((members) => new Set(members.map(sameness)));
  return (first ?? []).filter((member) => sets.every((set) => set.has(sameness(member))));
}
