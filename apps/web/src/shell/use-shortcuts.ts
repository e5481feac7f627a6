import { useEffect } from 'react';
import { createShortcutMatcher, type Shortcut } from './shortcuts';

const TYPING = 'input:not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable="true"], [role="combobox"], [role="dialog"] *';

/** Calls `act` for each shortcut that is pressed outside of fields and dialogs. */
export function useShortcuts(act: (shortcut: Shortcut) => void): void {
  useEffect(() => {
    const match = createShortcutMatcher();
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : undefined;
      const elsewhere = event.ctrlKey || event.altKey || event.metaKey || (target?.matches(TYPING) ?? false) || document.querySelector('[role="dialog"]') !== null;
      const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && document.querySelector('[role="dialog"]') === null;
      const shortcut = match({ key: event.key, at: event.timeStamp, elsewhere, command });
      if (shortcut !== undefined) {
        event.preventDefault();
        act(shortcut);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [act]);
}
