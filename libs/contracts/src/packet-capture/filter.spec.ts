import { fieldProblems } from '../rest/field-problems';
import { z } from 'zod';
import { captureFilter, type CaptureFilter, filterNode, filterTree, MAX_FILTER_DEPTH, MAX_FILTER_LEAVES } from './filter';

function problems(filter: unknown): string[] {
  const result = captureFilter.safeParse(filter);
  return result.success ? [] : fieldProblems(result.error.issues, filter).map(({ path, code }) => `${path} ${code}`);
}

function nested(levels: number): unknown {
  return Array.from({ length: levels - 1 }).reduce((inner: unknown) => ({ not: inner }), { port: 5_060 });
}

describe('captureFilter', () => {
  it.each<CaptureFilter>([
    {},
    { host: '10.0.0.0/8', port: 5_060 },
    { expression: { any: [{ host: '10.0.0.1' }, { all: [{ src: '2001:db8::/32' }, { not: { port: { from: 16_384, to: 32_767 } } }] }] } },
    { protocol: 'udp', expression: { any: [{ src_port: 5_060 }, { dest_port: { from: 1, to: 2 } }, { protocol: 50 }, { protocol: 'ipv6' }] } },
  ])('takes %j', (filter) => {
    expect(captureFilter.parse(filter)).toEqual(filter);
  });

  it.each<[string, unknown, string[]]>([
    ['a node of nothing', { all: [{}] }, ['expression.all.0 FILTER_NODE']],
    ['a node of two things', { any: [{ port: 1 }, { host: 'a', port: 2 }] }, ['expression.any.1 FILTER_NODE']],
    ['an empty list', { all: [] }, ['expression.all TOO_SHORT']],
    ['an unknown node', { all: [{ vlan: 5 }] }, ['expression.all.0.vlan UNKNOWN_FIELD', 'expression.all.0 FILTER_NODE']],
    ['a shell metacharacter', { not: { host: '1.1.1.1;reboot' } }, ['expression.not.host INVALID_FORMAT']],
    ['a port that is none', { any: [{ src_port: 70_000 }] }, ['expression.any.0.src_port TOO_BIG']],
    ['a range that runs backwards', { all: [{ port: { from: 10, to: 5 } }] }, ['expression.all.0.port.to TOO_SMALL']],
    ['a protocol nobody knows', { protocol: 'sip' }, ['expression.protocol NOT_ALLOWED_VALUE']],
    ['a number that is no IP protocol', { protocol: 256 }, ['expression.protocol TOO_BIG']],
    ['a node that is a list', [], ['expression WRONG_TYPE']],
    ['no tree at all', null, ['expression WRONG_TYPE']],
    ['a tree that is too deep', nested(MAX_FILTER_DEPTH + 1), ['expression.not.not.not.not.not.not FILTER_TOO_DEEP']],
    ['too many leaves', { all: Array.from({ length: MAX_FILTER_LEAVES + 1 }, () => ({ port: 1 })) }, ['expression FILTER_TOO_LARGE']],
    ['too many leaves in several lists', { any: [{ all: Array.from({ length: 40 }, () => ({ port: 1 })) }, { all: Array.from({ length: 40 }, () => ({ port: 1 })) }] }, ['expression FILTER_TOO_LARGE']],
  ])('refuses %s, naming the place and the reason', (_name, expression, expected) => {
    expect(problems({ expression })).toEqual(expected);
  });

  it('takes the deepest tree that is allowed', () => {
    expect(problems({ expression: nested(MAX_FILTER_DEPTH) })).toEqual([]);
  });

  it('is not exhausted by a hundred thousand brackets', () => {
    expect(problems({ expression: nested(100_000) })[0]).toContain('FILTER_TOO_DEEP');
  });

  it('has a schema for documents, with a reference where the tree repeats itself', () => {
    const schema = z.toJSONSchema(filterNode, { io: 'input' });
    expect(JSON.stringify(schema)).toContain('"$ref"');
    expect(JSON.stringify(schema)).toContain('"src_port"');
  });
});

describe(filterTree.name, () => {
  it.each<[CaptureFilter | undefined, unknown]>([
    [undefined, undefined],
    [{}, undefined],
    [{ protocol: 'all' }, undefined],
    [{ host: 'pbx' }, { host: 'pbx' }],
    [{ src: '10.0.0.1', dest: '10.0.0.2', port: 5_060, protocol: 'udp' }, { all: [{ protocol: 'udp' }, { src: '10.0.0.1' }, { dest: '10.0.0.2' }, { port: 5_060 }] }],
    [{ expression: { any: [{ port: 1 }, { port: 2 }] } }, { any: [{ port: 1 }, { port: 2 }] }],
    [{ host: 'pbx', expression: { not: { port: 22 } } }, { all: [{ host: 'pbx' }, { not: { port: 22 } }] }],
  ])('turns %j into %j', (filter, tree) => {
    expect(filterTree(filter)).toEqual(tree);
  });
});
