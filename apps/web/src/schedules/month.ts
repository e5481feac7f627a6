/** One day of a calendar page, in the viewer's zone. */
export interface Day {
  /** Midnight at its beginning. */
  readonly from: Date;
  /** Midnight at its end; not 24 hours later when the clock changes. */
  readonly until: Date;
  /** Whether it belongs to the month that is shown, and not to a neighbour that fills the week. */
  readonly inMonth: boolean;
}

/** The weeks of a month, each from Monday to Sunday. @param offset months from the one of `today` */
export function weeksOf(today: Date, offset: number): Day[][] {
  const first = new Date(today.getFullYear(), today.getMonth() + offset, 1);
  const start = new Date(first.getFullYear(), first.getMonth(), 1 - ((first.getDay() + 6) % 7));
  const weeks: Day[][] = [];
  for (let week = 0; week < 6; week += 1) {
    const days = Array.from({ length: 7 }, (_, index) => dayAt(start, week * 7 + index, first.getMonth()));
    if (week > 0 && days.every(({ inMonth }) => !inMonth)) {
      break;
    }
    weeks.push(days);
  }
  return weeks;
}

/** The entries of each day, by the instant that `at` finds. Entries must be in order of time. */
export function byDay<Entry>(weeks: readonly (readonly Day[])[], entries: readonly Entry[], at: (entry: Entry) => string): Map<Day, Entry[]> {
  const days = weeks.flat();
  const found = new Map<Day, Entry[]>(days.map((day) => [day, []]));
  let index = 0;
  for (const entry of entries) {
    const time = Date.parse(at(entry));
    while (index < days.length - 1 && time >= (days[index] as Day).until.getTime()) {
      index += 1;
    }
    const day = days[index];
    if (day !== undefined && time >= day.from.getTime() && time < day.until.getTime()) {
      found.get(day)?.push(entry);
    }
  }
  return found;
}

function dayAt(start: Date, index: number, month: number): Day {
  const from = new Date(start.getFullYear(), start.getMonth(), start.getDate() + index);
  return { from, until: new Date(from.getFullYear(), from.getMonth(), from.getDate() + 1), inMonth: from.getMonth() === month };
}
