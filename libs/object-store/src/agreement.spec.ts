import { disagreement } from './agreement';

const object = (key: string, at: number) => ({ key, size: 1, etag: key, lastModified: new Date(at) });

describe(disagreement.name, () => {
  it('finds both sides, and leaves what is young alone', () => {
    const objects = [object('both', 1), object('orphan', 1), object('arriving', 20)];
    const named = [{ key: 'both', since: 1 }, { key: 'lost', since: 1 }, { key: 'just named', since: 20 }];
    const { orphans, missing } = disagreement(objects, named, 10);
    expect(orphans.map(({ key }) => key)).toEqual(['orphan']);
    expect(missing).toEqual(['lost']);
  });
});
