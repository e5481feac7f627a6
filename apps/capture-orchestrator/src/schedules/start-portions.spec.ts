import type { TargetKindName } from '@capstan/contracts';
import { startPortions } from './start-portions';

const session = (name: string, ...kinds: TargetKindName[]) => ({ name, targets: kinds.map((kind) => ({ kind })) });
const namesOf = (sessions: ReturnType<typeof session>[], most: number): string[][] =>
  startPortions(sessions, ({ targets }) => targets, most).map((portion) => portion.map(({ name }) => name));

describe(startPortions.name, () => {
  it('keeps those apart that need other workers', () => {
    expect(namesOf([session('a', 'collection'), session('b', 'snapshot'), session('c', 'packet-capture', 'collection'), session('d', 'snapshot', 'collection')], 100)).toEqual([['a', 'c'], ['b'], ['d']]);
  });

  it('begins a new portion where the targets would become too many, and leaves none out that is too large by itself', () => {
    const two = ['collection', 'collection'] as const;
    expect(namesOf([session('a', ...two), session('b', 'collection'), session('c', 'collection'), session('d', ...two, ...two), session('e', 'collection')], 3)).toEqual([['a', 'b'], ['c'], ['d'], ['e']]);
  });
});
