import { captureFilter, filterTree } from '@capstan/contracts';
import { treeProblems, problemsOf } from './draft-problems';
import { bodyOf, EMPTY_DRAFT, targetOf } from './draft';
import { added, changed, compileTree, type DraftGroup, draftOf, EMPTY_TREE, FILTER_PRESETS, fullBecause, keyAt, shortFormOf, treeText } from './filter-draft';

const leaf = (key: string, field: 'host' | 'port' | 'protocol' | 'src_port', value: string) => ({ key, field, value });
const tree = (op: DraftGroup['op'], ...children: DraftGroup['children']): DraftGroup => ({ key: 'root', op, children });
const keys = () => {
  let last = 0;
  return () => `k${(last += 1)}`;
};

describe(compileTree.name, () => {
  it.each<[string, DraftGroup, unknown]>([
    ['nothing', tree('all'), undefined],
    ['one condition without brackets', tree('any', leaf('a', 'port', '5060')), { port: 5_060 }],
    ['a range', tree('all', leaf('a', 'src_port', ' 16384 - 32767 ')), { src_port: { from: 16_384, to: 32_767 } }],
    ['an IP protocol by its number', tree('all', leaf('a', 'protocol', '50')), { protocol: 50 }],
    ['none of one', tree('none', leaf('a', 'host', 'pbx')), { not: { host: 'pbx' } }],
    ['none of several', tree('none', leaf('a', 'host', 'pbx'), leaf('b', 'port', '22')), { not: { any: [{ host: 'pbx' }, { port: 22 }] } }],
    ['groups in groups', tree('all', leaf('a', 'protocol', 'UDP'), { key: 'g', op: 'any', children: [leaf('b', 'port', '1'), leaf('c', 'port', '2')] }), { all: [{ protocol: 'udp' }, { any: [{ port: 1 }, { port: 2 }] }] }],
  ])('makes %s what the API takes', (_name, root, expression) => {
    expect(compileTree(root).expression).toEqual(expression);
    expect(captureFilter.safeParse({ expression }).success).toBe(true);
  });
});

describe(treeProblems.name, () => {
  const problemsIn = (root: DraftGroup) => {
    const body = bodyOf({ ...EMPTY_DRAFT, filterForm: 'tree', tree: root, sharedCredentialId: '0190a7de-0000-7000-8000-000000000009', targets: [targetOf('t', { deviceType: 'linux', host: 'a', port: '', interface: '' })] }, {});
    return Object.fromEntries(treeProblems(problemsOf(body), compileTree(root).places));
  };

  it('tells each condition its own problem, however deep it lies', () => {
    expect(
      problemsIn(tree('all', leaf('good', 'port', '5060'), { key: 'g', op: 'none', children: [leaf('bad', 'host', '10.0.0.1;reboot'), leaf('empty', 'host', '')] }, leaf('range', 'port', '9-3'), leaf('word', 'port', 'sip'))),
    ).toEqual({ bad: expect.stringContaining('must'), empty: expect.stringContaining('must be a host name'), range: 'must not be smaller than from', word: 'must be a port, or a range with from and to' });
  });

  it('tells an empty group that it is', () => {
    expect(Object.keys(problemsIn(tree('all', leaf('a', 'port', '1'), { key: 'g', op: 'any', children: [] })))).toEqual(['g']);
  });
});

describe(keyAt.name, () => {
  it('finds the nearest part above a path', () => {
    const { places } = compileTree(tree('all', leaf('a', 'host', 'x'), { key: 'g', op: 'none', children: [leaf('b', 'port', '1'), leaf('c', 'port', '2')] }));
    expect(['filter.expression.all.0.host', 'filter.expression.all.1.not.any.1', 'filter.expression.all.1.not', 'filter.expression', 'targets.0'].map((path) => keyAt(places, path))).toEqual(['a', 'c', 'g', 'root', undefined]);
  });
});

describe(draftOf.name, () => {
  it.each(FILTER_PRESETS)('gives $label back as it was', ({ node }) => {
    const { expression } = compileTree(draftOf(node, keys()));
    expect(JSON.stringify(expression)).toBe(JSON.stringify('any' in node && node.any.length === 1 ? node.any[0] : node));
  });

  it('takes the short form along, and gives it back', () => {
    const root = draftOf(filterTree({ host: '10.0.0.1', port: 5_060, protocol: 'udp' }), keys());
    expect(treeText(root)).toBe('udp and to or from 10.0.0.1 and port 5060');
    expect(shortFormOf(root)).toEqual({ host: '10.0.0.1', port: '5060', protocol: 'udp' });
  });
});

describe(shortFormOf.name, () => {
  it.each<[string, DraftGroup]>([
    ['alternatives', tree('any', leaf('a', 'port', '1'), leaf('b', 'host', 'x'))],
    ['a negation', tree('none', leaf('a', 'port', '1'))],
    ['a range', tree('all', leaf('a', 'port', '1-2'))],
    ['a field twice', tree('all', leaf('a', 'port', '1'), leaf('b', 'port', '2'))],
    ['a field it does not have', tree('all', leaf('a', 'src_port', '1'))],
    ['groups', tree('all', tree('any', leaf('a', 'port', '1')))],
  ])('has no words for %s', (_name, root) => {
    expect(shortFormOf(root)).toBeUndefined();
  });
});

describe('editing a tree', () => {
  const root = tree('all', leaf('a', 'host', 'x'), { key: 'g', op: 'any', children: [leaf('b', 'port', '1')] });

  it('adds behind a condition, changes and removes in the depth', () => {
    const grown = added(root, 'g', leaf('c', 'port', '2'), 'b');
    expect(treeText(grown)).toBe('to or from x and (port 1 or port 2)');
    expect(treeText(added(root, 'root', leaf('c', 'port', '2'), 'a'))).toBe('to or from x and port 2 and port 1');
    expect(treeText(changed(grown, 'g', (part) => ({ ...part, op: 'none' as const })))).toBe('to or from x and not (port 1 or port 2)');
    expect(treeText(changed(grown, 'b', () => undefined))).toBe('to or from x and port 2');
  });

  it('says when it is full', () => {
    expect(fullBecause(tree('all', ...Array.from({ length: 64 }, (_each, index) => leaf(`l${index}`, 'port', '1'))), 1)).toContain('64');
    expect([fullBecause(EMPTY_TREE, 5), fullBecause(EMPTY_TREE, 6)]).toEqual([undefined, expect.stringContaining('6 levels')]);
  });
});
