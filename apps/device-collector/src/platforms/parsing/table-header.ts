/** A column of a table, from its own heading to the next one's. */
export interface Column {
  readonly name: string;
  /** Index of the first character of its heading. */
  readonly start: number;
  /** Index behind its last character; the last column has no end. */
  readonly end: number | undefined;
}

/**
 * The columns of a table by its heading; undefined when the line is not this heading.
 * @param names headings in their order; a name may be a pattern, which is tested against a heading of one or more words
 */
export function readHeader(line: string, names: readonly RegExp[]): Column[] | undefined {
  const columns: { name: string; start: number }[] = [];
  let from = 0;
  for (const name of names) {
    const pattern = new RegExp(name.source, `${name.flags.replace('g', '')}g`);
    pattern.lastIndex = from;
    const found = pattern.exec(line);
    if (found === null || line.slice(from, found.index).trim() !== '') {
      return undefined;
    }
    columns.push({ name: found[0], start: found.index });
    from = found.index + found[0].length;
  }
  return columns.map(({ name, start }, index) => ({ name, start, end: columns[index + 1]?.start }));
}

/** The text of a column. */
export function cell(line: string, column: Column | undefined): string {
  return column === undefined ? '' : line.slice(column.start, column.end).trim();
}
