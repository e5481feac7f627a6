import { answerIn, judge, sha256Of } from './gate';

describe(judge.name, () => {
  const truth = { a: [{ type: 'arp' as const, command: 'show arp', sha256: sha256Of('one\ntwo\n'), bytes: 8 }, { type: 'mac' as const, command: 'show mac', sha256: sha256Of('three\n'), bytes: 6 }] };

  it('takes blank lines at the ends and line ends for nothing, and every other difference for a loss', () => {
    expect(judge(truth, (_, type) => (type === 'arp' ? '\r\none\r\ntwo\r\n\r\n' : 'three'), new Set())).toEqual({ right: 2, missing: 0, lost: [] });
    expect(judge(truth, (_, type) => (type === 'arp' ? 'one\n' : 'three'), new Set())).toEqual({ right: 1, missing: 0, lost: ['a/arp'] });
  });

  it('tells a failure that was told from one that was not', () => {
    expect(judge(truth, () => undefined, new Set(['a']))).toEqual({ right: 0, missing: 2, lost: [] });
    expect(judge(truth, () => undefined, new Set())).toMatchObject({ lost: ['a/arp', 'a/mac'] });
  });
});

describe(answerIn.name, () => {
  it('finds one answer among several, and takes a lone one as it is', () => {
    const capture = '===== show arp =====\none\n===== show arp vrf X ===== vrf X\ntwo\n';
    expect(answerIn(capture, 'show arp')).toBe('one\n');
    expect(answerIn(capture, 'show arp vrf X')).toBe('two\n');
    expect(answerIn('one\n', 'show arp')).toBe('one\n');
  });
});
