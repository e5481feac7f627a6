/** `Name: value`; undefined when the line is not of this shape. Blanks around both are gone. */
export function keyValue(line: string): readonly [key: string, value: string] | undefined {
  const match = /^\s*([A-Za-z][^:"]{0,60}?)\s*:(?:\s+(.*)|)$/.exec(line);
  return match === null ? undefined : [match[1] ?? '', (match[2] ?? '').trim()];
}
