/** Items of a `MSG`: names with their values, decoded; a name without a value has an empty one. */
export type KiwiItems = ReadonlyArray<readonly [name: string, value: string]>;

/** Reads a `MSG` frame: three letters, a byte to skip, items separated by blanks. */
export function parseMessage(frame: Buffer): KiwiItems {
  return frame
    .toString('latin1', 4)
    .split(' ')
    .filter((token) => token !== '')
    .map((token) => {
      const at = token.indexOf('=');
      return at < 0 ? ([token, ''] as const) : ([token.slice(0, at), decode(token.slice(at + 1))] as const);
    });
}

/** Texts of owners may hold stray percent signs; those come as they are. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
