/** What a key or a pair of keys does. */
export type Shortcut = 'search' | 'anything' | 'home' | 'sessions' | 'cameras' | 'notices' | 'new' | 'help';

const APPLE = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);
/** Keys of the search over everything, as this machine's keyboard names them. */
export const SEARCH_KEYS: readonly string[] = [APPLE ? '⌘' : 'Ctrl', 'K'];

/** For the help dialog, in its order. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: SEARCH_KEYS, does: 'Find anything' },
  { keys: ['/'], does: 'Search sessions' },
  { keys: ['n'], does: 'New capture' },
  { keys: ['g', 'h'], does: 'Go to Home' },
  { keys: ['g', 's'], does: 'Go to Sessions' },
  { keys: ['g', 'c'], does: 'Go to Cameras' },
  { keys: ['g', 'n'], does: 'Go to Notifications' },
  { keys: ['?'], does: 'Show this help' },
];

/** Where the second key of a pair leads. */
const PLACES: Readonly<Record<string, Shortcut>> = { h: 'home', s: 'sessions', c: 'cameras', n: 'notices' };

/** The second key of a pair counts this long, in ms. */
const PAIR_MS = 1_200;

/** A key press as far as shortcuts care. */
export interface KeyPress {
  readonly key: string;
  readonly at: number;
  /** Ctrl or Meta is held, and nothing else. */
  readonly command?: boolean;
  /** Ctrl, Alt or Meta is held, or the focus is where people type, or a dialog is open. */
  readonly elsewhere: boolean;
}

/** Recognises shortcuts in a stream of key presses; remembers only a pending `g`. */
export function createShortcutMatcher(): (press: KeyPress) => Shortcut | undefined {
  let pairSince = -Infinity;
  return ({ key, at, elsewhere, command = false }) => {
    // Works within fields too: no browser types anything by it.
    if (command && key.toLowerCase() === 'k') {
      pairSince = -Infinity;
      return 'anything';
    }
    if (elsewhere) {
      pairSince = -Infinity;
      return undefined;
    }
    const paired = at - pairSince <= PAIR_MS;
    pairSince = key === 'g' ? at : -Infinity;
    const place = paired ? PLACES[key] : undefined;
    if (place !== undefined) {
      return place;
    }
    switch (key) {
      case '/':
        return 'search';
      case 'n':
        return 'new';
      case '?':
        return 'help';
      default:
        return undefined;
    }
  };
}
