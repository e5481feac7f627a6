import { byDay, weeksOf } from './month';

describe(weeksOf.name, () => {
  it('shows whole weeks from Monday to Sunday', () => {
    const weeks = weeksOf(new Date(2026, 10, 21), 0);
    expect(weeks).toHaveLength(6);
    expect(weeks[0]?.[0]?.from.toDateString()).toBe('Mon Oct 26 2026');
    expect(weeks.flat().filter(({ inMonth }) => inMonth)).toHaveLength(30);
    expect(weeks.at(-1)?.[6]?.from.toDateString()).toBe('Sun Dec 06 2026');
  });

  it('leaves out a week that the month does not need, and goes over the end of the year', () => {
    expect(weeksOf(new Date(2026, 10, 21), 3)).toHaveLength(4);
    expect(weeksOf(new Date(2026, 10, 21), 2)[0]?.[4]).toMatchObject({ from: new Date(2027, 0, 1), inMonth: true });
  });
});

describe(byDay.name, () => {
  it('finds the day of every entry, and leaves out what lies outside', () => {
    const weeks = weeksOf(new Date(2026, 10, 21), 0);
    const times = [new Date(2026, 9, 1), new Date(2026, 10, 21), new Date(2026, 10, 21, 23, 59), new Date(2026, 10, 22), new Date(2027, 0, 1)].map((date) => date.toISOString());
    const found = [...byDay(weeks, times, (time) => time)].filter(([, entries]) => entries.length > 0);
    expect(found.map(([day, entries]) => [day.from.getDate(), entries.length])).toEqual([[21, 2], [22, 1]]);
  });
});
