/**
 * Keeps something over a reload of the tab; undefined forgets it. A full or forbidden storage costs what was typed on reload,
 * nothing else. Nothing secret may be in it.
 */
export function keep(storage: Pick<Storage, 'setItem' | 'removeItem'>, key: string, value: object | undefined): void {
  try {
    if (value === undefined) {
      storage.removeItem(key);
    } else {
      storage.setItem(key, JSON.stringify(value));
    }
  } catch {
    // See above.
  }
}
