import type { GearPager } from './gear-script';
import type { Terminal } from './terminal';

/** Says a text, page by page when it is longer than `lines` (0: never). The question is rubbed out again, as pagers do. */
export async function page(text: string, lines: number, pager: GearPager, terminal: Terminal): Promise<void> {
  if (lines <= 0) {
    await terminal.say(text);
    return;
  }
  const all = text.split(/(?<=\n)/);
  let room = lines;
  for (let shown = 0; shown < all.length; ) {
    const next = all.slice(shown, shown + room);
    await terminal.say(next.join(''));
    shown += next.length;
    if (shown >= all.length) {
      return;
    }
    await terminal.say(pager.prompt);
    const key = await answer(pager, terminal);
    const rub = pager.prompt.length;
    await terminal.say(`${'\b'.repeat(rub)}${' '.repeat(rub)}${'\b'.repeat(rub)}`);
    if (key === pager.keys.quit) {
      return;
    }
    room = key === pager.keys.line ? 1 : lines;
  }
}

async function answer({ keys }: GearPager, terminal: Terminal): Promise<string> {
  for (;;) {
    const key = await terminal.readKey();
    const known = key === '\n' ? '\r' : key;
    if (known === keys.line || known === keys.page || known === keys.quit) {
      return known;
    }
  }
}
