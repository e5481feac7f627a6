import { keep } from '../design/kept';
import { NO_OPTIONS } from './device-options';
import { type Draft, type DraftTarget, EMPTY_DRAFT } from './draft';
import { EMPTY_TREE, isTree } from './filter-draft';

const KEY = 'capstan-capture-draft.v1';

/** Keeps a draft over a reload of the tab. A draft has no field for a secret, so none can be written. */
export function saveDraft(storage: Pick<Storage, 'setItem' | 'removeItem'>, draft: Draft | undefined): void {
  keep(storage, KEY, draft);
}

/** The kept draft; an empty one when there is none or it is of another shape. */
export function loadDraft(storage: Pick<Storage, 'getItem'>): Draft {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? 'null');
    if (typeof kept !== 'object' || kept === null || !Array.isArray((kept as Draft).targets)) {
      return EMPTY_DRAFT;
    }
    const draft = kept as Draft;
    const known = Object.fromEntries(Object.keys(EMPTY_DRAFT).flatMap((name) => (name in draft ? [[name, draft[name as keyof Draft]]] : [])));
    return { ...EMPTY_DRAFT, ...known, filter: { ...EMPTY_DRAFT.filter, ...draft.filter }, tree: isTree(draft.tree) ? draft.tree : EMPTY_TREE, targets: draft.targets.filter(isTarget).map((target) => ({ ...target, options: { ...NO_OPTIONS, ...target.options } })) };
  } catch {
    return EMPTY_DRAFT;
  }
}

function isTarget(value: unknown): value is DraftTarget {
  return typeof value === 'object' && value !== null && typeof (value as DraftTarget).key === 'string' && typeof (value as DraftTarget).host === 'string';
}
