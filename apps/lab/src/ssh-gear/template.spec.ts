import { holds, matchLine, render } from './template';

describe(render.name, () => {
  it('fills in what is known', () => {
    expect(render('{{a}}#{{b}}', (name) => ({ a: 'R1', b: 7 })[name])).toBe('R1#7');
  });

  it('does not pass over a name nobody knows', () => {
    expect(() => render('{{missing}}', () => undefined)).toThrow('{{missing}}');
  });
});

describe(holds.name, () => {
  it.each([
    [{ of: 'n', atLeast: 5 }, true],
    [{ of: 'n', atLeast: 6 }, false],
    [{ of: 'n', is: 5 }, true],
    [{ of: 'n', is: '5', matches: '^5$' }, true],
    [{ of: 'n', is: '5', matches: '^6$' }, false],
    [{ of: 'unknown', is: '' }, true],
  ])('%j is %s', (condition, expected) => {
    expect(holds(condition, (name) => (name === 'n' ? 5 : undefined))).toBe(expected);
  });
});

describe(matchLine.name, () => {
  it('takes the whole line, without the blanks around it, and gives the named groups', () => {
    expect(matchLine('show (?<what>\\w+)', ' show clock ')).toEqual({ what: 'clock' });
    expect(matchLine('show (?<what>\\w+)', 'show clock detail')).toBeUndefined();
  });
});
