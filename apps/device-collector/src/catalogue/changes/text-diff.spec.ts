import { seededRandom } from '@capstan/testing';
import { sectionOf } from './sections';
import { diffTexts, linesOf } from './text-diff';

const shown = (from: string, to: string, context = 1): string[] => diffTexts(from, to, { context }).hunks.flatMap(({ from_line, to_line, section, lines }) => [`@${from_line},${to_line} ${section ?? '-'}`, ...lines.map(({ op, text }) => op + text)]);

describe(diffTexts.name, () => {
  it('tells lines with their places and the section they stand in', () => {
    const before = 'hostname a\ninterface x\n ip 1\n mtu 9000\ninterface y\n ip 2\n';
    const after = 'hostname a\ninterface x\n ip 1\n mtu 1500\ninterface y\n ip 2\n ip 3\n';
    expect(shown(before, after)).toEqual(['@3,3 interface x', '  ip 1', '- mtu 9000', '+ mtu 1500', ' interface y', '  ip 2', '+ ip 3']);
    expect(diffTexts(before, after)).toMatchObject({ method: 'lines', added: 2, removed: 1 });
  });

  it.each([
    ['', '', []],
    ['a\n', 'a\n', []],
    ['', 'a\n', ['@1,1 -', '+a']],
    ['a\n', '', ['@1,1 -', '-a']],
  ])('of %j and %j is %j', (from, to, lines) => {
    expect(shown(from, to)).toEqual(lines);
  });

  it('makes the later text out of the earlier one, whatever they are', () => {
    const random = seededRandom(42);
    for (let round = 0; round < 200; round += 1) {
      const text = (): string => Array.from({ length: Math.floor(random() * 12) }, () => `${'abcd'[Math.floor(random() * 4)]}\n`).join('');
      const [from, to] = [text(), text()];
      const { hunks } = diffTexts(from, to, { context: 1_000 });
      const lines = hunks.flatMap((hunk) => hunk.lines);
      if (lines.length > 0) {
        expect(lines.filter(({ op }) => op !== '+').map(({ text: line }) => line)).toEqual(linesOf(from));
        expect(lines.filter(({ op }) => op !== '-').map(({ text: line }) => line)).toEqual(linesOf(to));
      } else {
        expect(from).toBe(to);
      }
    }
  });

  it('compares texts that have nothing in common as sets, and in time', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
    const diff = diffTexts(lines.join('\n'), [...lines].reverse().join('\n'), { timeoutMs: 50 });
    expect(diff).toMatchObject({ method: 'sets', added: 0, removed: 0 });
  });

  it('cuts what nobody would read', () => {
    const diff = diffTexts('', Array.from({ length: 50 }, (_, index) => `x${index}`).join('\n'), { maxLines: 10 });
    expect(diff).toMatchObject({ truncated: true, added: 50 });
  });
});

describe(sectionOf.name, () => {
  it('is the last line at the margin above an indented one', () => {
    const lines = ['interface x', ' ip 1', '!', ' mtu 1', 'end'];
    expect([0, 1, 3, 4].map((index) => sectionOf(lines, index))).toEqual([null, 'interface x', 'interface x', null]);
  });
});
