import type { CapturePreview } from '@capstan/contracts';
import { ApiProblem } from '../api/problem';

/** One target of a preview's question. */
export interface PreviewTarget {
  readonly device_type: CapturePreview['device_type'];
  readonly host: string;
}

/** What one device answers: the commands, or why it takes none. */
export type PreviewAnswer = { readonly kind: 'preview'; readonly preview: CapturePreview } | { readonly kind: 'refused'; readonly target: PreviewTarget; readonly reasons: readonly string[] };

type Ask = (targets: readonly PreviewTarget[]) => Promise<readonly CapturePreview[]>;

/**
 * Asks what each target becomes. One question for all as long as all are taken; a question is answered as a whole, so when
 * one target is refused the others are asked again without it, and by device type where the refusal names no target.
 */
export async function askEach(targets: readonly PreviewTarget[], ask: Ask): Promise<readonly PreviewAnswer[]> {
  const all = await tryAll(targets, ask);
  if (!(all instanceof ApiProblem)) {
    return all;
  }
  const types = [...new Set(targets.map(({ device_type: type }) => type))];
  const answers = await Promise.all(types.map((type) => askOfOneType(targets.filter((target) => target.device_type === type), ask)));
  const byTarget = new Map(answers.flatMap((answer) => [...answer]));
  return targets.map((target) => byTarget.get(target)).filter((answer) => answer !== undefined);
}

async function askOfOneType(targets: readonly PreviewTarget[], ask: Ask): Promise<ReadonlyMap<PreviewTarget, PreviewAnswer>> {
  const answer = await tryAll(targets, ask);
  if (!(answer instanceof ApiProblem)) {
    return new Map(answer.map((each, index) => [targets[index] as PreviewTarget, each]));
  }
  const named = new Set(answer.fields.map(({ path }) => Number(/^targets\.(\d+)\./.exec(path)?.[1] ?? -1)));
  const refused = targets.filter((_target, index) => named.has(index));
  const others = targets.filter((target) => !refused.includes(target));
  const reasons = answer.fields.map(({ message }) => message);
  if (refused.length === 0 || others.length === 0) {
    return new Map(targets.map((target) => [target, { kind: 'refused', target, reasons }]));
  }
  return new Map([...refused.map((target): [PreviewTarget, PreviewAnswer] => [target, { kind: 'refused', target, reasons }]), ...(await askOfOneType(others, ask))]);
}

/** A refusal of the request itself; anything else is thrown on. */
async function tryAll(targets: readonly PreviewTarget[], ask: Ask): Promise<readonly PreviewAnswer[] | ApiProblem> {
  try {
    return (await ask(targets)).map((preview) => ({ kind: 'preview', preview }));
  } catch (error) {
    if (error instanceof ApiProblem && error.fields.length > 0) {
      return error;
    }
    throw error;
  }
}
