import { ManualClock } from '@capstan/testing';
import { Transcript } from './transcript';

describe(Transcript.name, () => {
  it('writes who said what, when and in which step', () => {
    const sut = new Transcript(new ManualClock(), []);
    sut.sent('start', 'go');
    sut.received('start', 'one\n\ntwo\n');
    sut.note('stop', 'done');
    expect(sut.toString()).toBe(
      [
        '2026-01-01T00:00:00.000Z  start          > go',
        '2026-01-01T00:00:00.000Z  start          < one',
        '2026-01-01T00:00:00.000Z  start          < two',
        '2026-01-01T00:00:00.000Z  stop           · done',
        '',
      ].join('\n'),
    );
  });

  it('takes secrets out of everything, and hands clean commands on', () => {
    const commands: string[] = [];
    const sut = new Transcript(new ManualClock(), ['s3cret$word', undefined], ({ command }) => commands.push(command));
    sut.sent('auth', 'login s3cret$word');
    sut.received('auth', 'bad password: s3cret$word');
    sut.note('auth', 'tried s3cret$word');
    sut.received('auth', Buffer.from('user:s3cret$word').toString('base64'));
    expect(sut.toString()).not.toContain('s3cret');
    expect(sut.toString()).toMatch(/\*{8}/);
    expect(commands).toEqual(['login ********']);
    expect(sut.clean('a s3cret$word b')).toBe('a ******** b');
  });

  it('defuses control characters', () => {
    const sut = new Transcript(new ManualClock(), []);
    sut.received('poll', '\x1b[2J\x07evil\rline');
    expect(sut.toString()).toContain('< [2J evil line\n'.replace('[2J evil', ' [2J evil'));
  });

  it('does not grow without end', () => {
    const sut = new Transcript(new ManualClock(), []);
    for (let index = 0; index < 2_000; index += 1) {
      sut.received('poll', 'x'.repeat(5_000));
    }
    expect(sut.toString().length).toBeLessThan(600_000);
    expect(sut.toString()).toContain('the transcript was cut here');
  });
});
