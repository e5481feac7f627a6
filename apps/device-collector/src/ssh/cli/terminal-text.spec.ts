import { TerminalText } from './terminal-text';

function show(chunks: readonly Buffer[]): { lines: string[]; open: string } {
  const lines: string[] = [];
  const sut = new TerminalText((line) => lines.push(line));
  chunks.forEach((chunk) => sut.push(chunk));
  return { lines, open: sut.line };
}

const bytewise = (text: string | Buffer): Buffer[] => [...Buffer.from(text)].map((byte) => Buffer.from([byte]));

describe(TerminalText.name, () => {
  it.each([
    ['carriage returns before line feeds', 'one\r\ntwo\r\n', ['one', 'two'], ''],
    ['a carriage return that writes over the line', 'Loading...\rdone', [], 'doneing...'],
    ['a pager erased with backspaces', ' --More-- \b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\bGi2\r\n', ['Gi2'], ''],
    ['a pager erased with a carriage return and an escape sequence', '--More--\r\u001b[Knext\r\n', ['next'], ''],
    ['colours and modes', '\u001b[?2004h\u001b[1;32mR1#\u001b[0m ', [], 'R1# '],
    ['a window title', '\u001b]0;router\u0007R1#', [], 'R1#'],
    ['a window title with a string terminator', '\u001b]0;router\u001b\\R1#', [], 'R1#'],
    ['a character set', '\u001b(BR1#', [], 'R1#'],
    ['a new line by escape sequence', 'one\u001bEtwo\u001b[2Lthree', ['one', 'two'], 'three'],
    ['deleted characters', 'abcdef\u001b[4D\u001b[2Pgh', [], 'abgh'],
    ['a bell and zeros', 'a\u0007b\u0000c', [], 'abc'],
    ['umlauts', 'Gerät\r\n', ['Gerät'], ''],
    ['a tab', 'a\tb\n', ['a\tb'], ''],
  ])('obeys %s, however the bytes are split', (_name, text, lines, open) => {
    expect(show([Buffer.from(text)])).toEqual({ lines, open });
    expect(show(bytewise(text))).toEqual({ lines, open });
  });

  it('reads Latin-1 from gear that knows nothing else', () => {
    expect(show([Buffer.from('Ger\u00e4t K\u00fcche\r\n', 'latin1')]).lines).toEqual(['Gerät Küche']);
  });

  it('keeps blanks that were meant', () => {
    expect(show([Buffer.from('padded   \r\n')]).lines).toEqual(['padded   ']);
  });

  it('hands over a line without end in pieces', () => {
    const lines: string[] = [];
    const sut = new TerminalText((line) => lines.push(line));
    for (let round = 0; round < 100; round += 1) {
      sut.push(Buffer.alloc(10_000, 0x41));
    }
    expect(lines.join('').length + sut.line.length).toBe(1_000_000);
    expect(sut.line.length).toBeLessThanOrEqual(70_000);
  });
});
