import type { GearCondition } from './gear-script';

/** Finds what is known under a name; undefined when nothing is. */
export type Lookup = (name: string) => string | number | undefined;

/**
 * Fills in a template.
 * @throws Error for a name nobody knows: a mistake in the script must not look like an odd device
 */
export function render(template: string, lookup: Lookup): string {
  return template.replace(/\{\{([\w.]+)\}\}/g, (_, name: string) => {
    const value = lookup(name);
    if (value === undefined) {
      throw new Error(`nothing is known under {{${name}}}`);
    }
    return String(value);
  });
}

/** Whether a condition holds; a name nobody knows is an empty text. */
export function holds(condition: GearCondition, lookup: Lookup): boolean {
  const value = lookup(condition.of) ?? '';
  return (
    (condition.is === undefined || String(value) === String(condition.is)) &&
    (condition.matches === undefined || new RegExp(condition.matches).test(String(value))) &&
    (condition.atLeast === undefined || Number(value) >= condition.atLeast)
  );
}

/** Matches a whole line, blanks around it aside; the named groups when it does. */
export function matchLine(pattern: string, line: string): Record<string, string> | undefined {
  const match = new RegExp(`^(?:${pattern})$`).exec(line.trim());
  return match === null ? undefined : Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, value ?? '']));
}
