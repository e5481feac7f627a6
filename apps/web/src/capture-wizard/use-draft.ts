import type { CaptureCapability } from '@capstan/contracts';
import { useEffect, useMemo, useReducer } from 'react';
import { newKey } from '../api/new-key';
import type { FieldProblem } from '../api/problem';
import { bodyOf, type Draft, type DraftFilter, type DraftTarget, EMPTY_DRAFT, type Secrets, targetOf } from './draft';
import { problemsOf } from './draft-problems';
import { loadDraft, saveDraft } from './draft-storage';

interface State {
  readonly draft: Draft;
  readonly secrets: Secrets;
  /** What the server refused, until the draft is changed. */
  readonly refused: readonly FieldProblem[];
}

type Change =
  | { readonly type: 'set'; readonly part: Partial<Draft> }
  | { readonly type: 'filter'; readonly part: Partial<DraftFilter> }
  | { readonly type: 'add'; readonly targets: readonly DraftTarget[] }
  /** Adds it, or puts it in the place of the one with its key. */
  | { readonly type: 'target'; readonly target: DraftTarget; readonly password?: string }
  | { readonly type: 'remove'; readonly key: string }
  | { readonly type: 'secret'; readonly key: string; readonly value: string }
  | { readonly type: 'refused'; readonly problems: readonly FieldProblem[] }
  | { readonly type: 'clear' };

function reduce(state: State, change: Change): State {
  const { draft, secrets } = state;
  switch (change.type) {
    case 'set':
      return { ...state, draft: { ...draft, ...change.part }, refused: [] };
    case 'filter':
      return { ...state, draft: { ...draft, filter: { ...draft.filter, ...change.part } }, refused: [] };
    case 'add':
      return { ...state, draft: { ...draft, targets: [...draft.targets, ...change.targets] }, refused: [] };
    case 'target':
      return {
        draft: { ...draft, targets: draft.targets.some(({ key }) => key === change.target.key) ? draft.targets.map((target) => (target.key === change.target.key ? change.target : target)) : [...draft.targets, change.target] },
        secrets: change.password === undefined ? secrets : { ...secrets, [change.target.key]: change.password },
        refused: [],
      };
    case 'remove': {
      const rest = Object.fromEntries(Object.entries(secrets).filter(([key]) => key !== change.key));
      return { draft: { ...draft, targets: draft.targets.filter((target) => target.key !== change.key) }, secrets: rest, refused: [] };
    }
    case 'secret':
      return { ...state, secrets: { ...secrets, [change.key]: change.value }, refused: [] };
    case 'refused':
      return { ...state, refused: change.problems };
    case 'clear':
      return { draft: EMPTY_DRAFT, secrets: {}, refused: [] };
  }
}

/** A new target of the draft. */
export function newTarget(part: Pick<DraftTarget, 'deviceType' | 'host' | 'port' | 'interface'>): DraftTarget {
  return targetOf(newKey(), part);
}

/**
 * The draft of the wizard: kept over a reload, checked with each change.
 * @param capabilities what device types know; undefined while it is not known
 */
export function useDraft(capabilities: readonly CaptureCapability[] | undefined) {
  const [state, change] = useReducer(reduce, undefined, () => ({ draft: loadDraft(window.sessionStorage), secrets: {}, refused: [] }));
  const { draft, secrets, refused } = state;
  useEffect(() => saveDraft(window.sessionStorage, draft === EMPTY_DRAFT ? undefined : draft), [draft]);
  const body = useMemo(() => bodyOf(draft, secrets, capabilities), [draft, secrets, capabilities]);
  const problems = useMemo(() => [...refused, ...problemsOf(body)], [body, refused]);
  return { draft, secrets, body, problems, change };
}

/** What {@link useDraft} gives. */
export type DraftControl = ReturnType<typeof useDraft>;
