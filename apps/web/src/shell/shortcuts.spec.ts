import { createShortcutMatcher } from './shortcuts';

const press = (key: string, at = 0, elsewhere = false) => ({ key, at, elsewhere });

describe(createShortcutMatcher.name, () => {
  it('recognises single keys', () => {
    const sut = createShortcutMatcher();
    expect(['/', 'n', '?', 'x', 'h', 's'].map((key) => sut(press(key)))).toEqual(['search', 'new', 'help', undefined, undefined, undefined]);
  });

  it('recognises a pair within its time and not later', () => {
    const sut = createShortcutMatcher();
    sut(press('g', 0));
    expect(sut(press('s', 900))).toBe('sessions');
    sut(press('g', 2_000));
    expect(sut(press('h', 2_100))).toBe('home');
    sut(press('g', 3_000));
    expect(sut(press('c', 3_100))).toBe('cameras');
    sut(press('g', 4_000));
    expect(sut(press('n', 4_100))).toBe('notices');
    sut(press('g', 5_000));
    expect(sut(press('s', 7_000))).toBeUndefined();
  });

  it('does nothing while someone types, and forgets a pair begun before', () => {
    const sut = createShortcutMatcher();
    expect(sut(press('n', 0, true))).toBeUndefined();
    sut(press('g', 10));
    sut(press('a', 20, true));
    expect(sut(press('s', 30))).toBeUndefined();
  });

  it('finds anything from within a field too', () => {
    const sut = createShortcutMatcher();
    expect(sut({ ...press('k', 0, true), command: true })).toBe('anything');
    expect(sut(press('k', 10, true))).toBeUndefined();
  });
});
