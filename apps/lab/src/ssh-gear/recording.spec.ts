import { findExchange, readRecording } from './recording';

const cast = (...events: unknown[]): string => [JSON.stringify({ version: 2, width: 200, height: 50, title: 't', capstan: { from: 'Welcome' } }), ...events.map((event) => JSON.stringify(event)), ''].join('\n');

describe(readRecording.name, () => {
  it('cuts a recorded session into lines typed and what came back, echo included', () => {
    const { exchanges } = readRecording(cast(
      [0, 'o', "admin@10.0.0.1's password: "],
      [1, 'i', 'secret\r'],
      [2, 'o', '\r\nWelcome\r\n'],
      [2.1, 'o', 'admin:'],
      [3, 'i', 's'], [3.01, 'o', 's'], [3.1, 'i', 'how\r'], [3.2, 'o', 'how\r\nok\r\nadmin:'],
      [4, 'i', '\x03'], [4.1, 'o', '^C\r\nadmin:'],
    ));
    expect(exchanges.map(({ typed, output }) => [typed, output.map(({ text }) => text).join('')])).toEqual([
      ['', 'Welcome\r\nadmin:'],
      ['show', 'show\r\nok\r\nadmin:'],
      ['\x03', '^C\r\nadmin:'],
    ]);
    expect(exchanges[0]?.output[1]?.afterMs).toBe(100);
  });

  it('names the line that is none', () => {
    expect(() => readRecording('{"version":1}')).toThrow('line 1');
    expect(() => readRecording(cast([0, 'o', 'Welcome'], 'nonsense'))).toThrow('line 3');
  });
});

describe(findExchange.name, () => {
  const exchanges = ['', 'show status', 'file list activelog platform/cli/old* detail', 'exit'].map((typed) => ({ typed, output: [] }));

  it('takes the same line first', () => {
    expect(findExchange(exchanges, 'exit', 1)).toEqual({ index: 3, substitutions: new Map() });
  });

  it('takes the same command with other words, and tells which', () => {
    expect(findExchange(exchanges, 'file list activelog platform/cli/new* detail', 1)).toEqual({ index: 2, substitutions: new Map([['old', 'new']]) });
  });

  it('takes no other command', () => {
    expect(findExchange(exchanges, 'utils network capture eth0', 1)).toBeUndefined();
  });
});
