import { PreparedStatements } from './prepared-statements';

describe(PreparedStatements.name, () => {
  let sut: PreparedStatements;

  beforeEach(() => {
    sut = new PreparedStatements();
  });

  const ask = (text: string, times: number): (string | undefined)[] => Array.from({ length: times }, () => sut.nameOf(text));

  it('names a text when it comes the third time, and by what it says', () => {
    expect(ask('SELECT $1', 4)).toEqual([undefined, undefined, expect.stringMatching(/^[0-9a-f]{32}$/), expect.anything()]);
    expect(sut.nameOf('SELECT $1')).toBe(ask('SELECT $1', 1)[0]);
    expect(ask('SELECT $2', 3)[2]).not.toBe(sut.nameOf('SELECT $1'));
  });

  it('never names a text again that was given up', () => {
    ask('SELECT $1', 3);
    sut.giveUp('SELECT $1');
    expect(ask('SELECT $1', 4)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('names two hundred texts, however many there are', () => {
    const named = Array.from({ length: 300 }, (_, index) => ask(`SELECT ${index}`, 3)[2]).filter((name) => name !== undefined);
    expect(named).toHaveLength(200);
  });

  it('forgets how often it saw texts that come once, and names those that stay', () => {
    ask('SELECT early', 2);
    Array.from({ length: 2_000 }, (_, index) => sut.nameOf(`SELECT once ${index}`));
    expect(ask('SELECT early', 3)).toEqual([undefined, undefined, expect.anything()]);
  });
});
