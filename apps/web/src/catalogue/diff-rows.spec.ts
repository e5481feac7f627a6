import type { DiffHunk } from '@capstan/contracts';
import { diffRows } from './diff-rows';

const hunk = (from: number, to: number, text: readonly string[], section: string | null = null): DiffHunk => {
  const lines = text.map((line) => ({ op: line[0] as ' ' | '+' | '-', text: line.slice(1) }));
  return { from_line: from, to_line: to, from_count: lines.filter(({ op }) => op !== '+').length, to_count: lines.filter(({ op }) => op !== '-').length, section, lines };
};
const shown = (rows: ReturnType<typeof diffRows>): string[] =>
  rows.map((row) => (row.kind === 'fold' ? `… ${row.from}+${row.count}` : row.kind === 'section' ? `@ ${row.text}` : `${row.left?.number ?? ''}:${row.left?.text ?? ''}|${row.right?.number ?? ''}:${row.right?.text ?? ''}`));

describe(diffRows.name, () => {
  it('sets lines that take each other’s place side by side and folds what was left out', () => {
    expect(shown(diffRows([hunk(10, 10, [' a', '-b', '+c', '+d', ' e'], 'interface x')], new Set(), 40))).toEqual(['… 1+9', '@ interface x', '10:a|10:a', '11:b|11:c', ':|12:d', '12:e|13:e', '… 13+28']);
  });

  it('folds unchanged lines in the middle of a whole text, and opens them', () => {
    const whole = hunk(1, 1, ['-x', '+y', ...Array.from({ length: 12 }, (_, index) => ` ${index}`), '-z']);
    expect(shown(diffRows([whole], new Set(), 14))).toEqual(['1:x|1:y', '2:0|2:0', '3:1|3:1', '4:2|4:2', '… 5+6', '11:9|11:9', '12:10|12:10', '13:11|13:11', '14:z|:']);
    expect(shown(diffRows([whole], new Set([5]), 14)).filter((line) => line.startsWith('…'))).toEqual([]);
  });

  it('marks what differs inside of a line', () => {
    const [row] = diffRows([hunk(1, 1, ['- ip address 10.0.0.1 255.0.0.0', '+ ip address 10.0.0.2 255.0.0.0'])], new Set(), 1);
    expect(row).toMatchObject({ left: { mark: [19, 20] }, right: { mark: [19, 20] } });
  });
});
