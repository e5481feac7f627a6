/** Longest text of a section that is worth showing. */
const MAX_SECTION = 120;

/**
 * The line that begins the section a line stands in: the last one at the margin above an indented one. A line at the
 * margin is a section by itself, and so has none.
 * @param index of the line, from 0
 */
export function sectionOf(lines: readonly string[], index: number): string | null {
  if (!/^\s/.test(lines[index] ?? '')) {
    return null;
  }
  for (let above = index - 1; above >= 0; above -= 1) {
    const line = lines[above] ?? '';
    if (/^[^\s!]/.test(line)) {
      return line.slice(0, MAX_SECTION);
    }
  }
  return null;
}
