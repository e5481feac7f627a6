/** Longest part of a folder name that comes from a title; the whole key must stay below the store's limits. */
const SLUG_LENGTH = 60;
const MAX_NAME = 100;

/** A title as part of a file name: lower-case letters, digits, dots and hyphens only, never empty. */
export function slugOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .slice(0, SLUG_LENGTH)
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return slug === '' ? 'target' : slug;
}

/** Everything a session ever stores lies under this. */
export function sessionPrefix(sessionId: string): string {
  return `sessions/${sessionId}/`;
}

/** Where an attempt stores its artifacts. The ordinal keeps two targets on one host apart. */
export function keyPrefixOf(sessionId: string, target: { readonly ordinal: number; readonly title: string }, attempt: number): string {
  return `${sessionPrefix(sessionId)}${String(target.ordinal).padStart(2, '0')}-${slugOf(target.title)}/a${attempt}/`;
}

/** Titles of a session's targets; where a device appears twice, its later ones are numbered so that a reader can tell them apart. */
export function distinctTitles(titles: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return titles.map((title) => {
    const count = (seen.get(title) ?? 0) + 1;
    seen.set(title, count);
    return count === 1 ? title : `${title} (${count})`;
  });
}

/** The name of a session to which nobody gave one. */
export function defaultName(titles: readonly string[]): string {
  const [first = 'session', ...others] = titles;
  return clip(others.length === 0 ? first : `${first} and ${others.length} more`);
}

/** The name of a retry: `edge`, `edge (retry)`, `edge (retry 2)` … */
export function retryName(name: string): string {
  const match = /^(.*) \(retry(?: (\d+))?\)$/.exec(name);
  const suffix = match === null ? ' (retry)' : ` (retry ${Number(match[2] ?? 1) + 1})`;
  return `${clip(match?.[1] ?? name, MAX_NAME - suffix.length)}${suffix}`;
}

function clip(text: string, length = MAX_NAME): string {
  return text.length <= length ? text : text.slice(0, length).trimEnd();
}
