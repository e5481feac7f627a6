const UNIT_SEC: Readonly<Record<string, number>> = { y: 31_536_000, w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 };
const WORDS = /(\d+)\s*(year|week|day|hour|minute|min|second|sec)(?:\(s\)|s)?/gi;
const CLOCK = /^(?:(\d+)\s+days?,?\s+)?(\d+):(\d{2})(?::(\d{2}))?(?:\.\d+)?(?:\s+ago)?$/i;

/**
 * Seconds of an age as network devices write it: `00:00:04`, `1d18h`, `7w0d`, `2y3w`, `9 days, 15:57:28 ago`,
 * `1 year, 2 weeks`, `123 day(s), 4 hour(s)`. Undefined when it is none. A year has 365 days.
 */
export function ageSeconds(text: string): number | undefined {
  const trimmed = text.trim();
  const clock = CLOCK.exec(trimmed);
  if (clock !== null) {
    const [, days = '0', first = '0', second = '0', third] = clock;
    // Two fields are hours and minutes only in uptimes; ages of entries always have three.
    const time = third === undefined ? Number(first) * 3_600 + Number(second) * 60 : Number(first) * 3_600 + Number(second) * 60 + Number(third);
    return Number(days) * 86_400 + time;
  }
  if (/^(?:\d+[ywdhms])+$/i.test(trimmed)) {
    return [...trimmed.matchAll(/(\d+)([ywdhms])/gi)].reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_SEC[unit.toLowerCase()] ?? 0), 0);
  }
  const words = [...trimmed.matchAll(WORDS)];
  if (words.length === 0) {
    return undefined;
  }
  const ofDay = /\b(\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(trimmed);
  const clockPart = ofDay === null ? 0 : Number(ofDay[1]) * 3_600 + Number(ofDay[2]) * 60 + Number(ofDay[3] ?? 0);
  return words.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_SEC[(unit[0] ?? '').toLowerCase()] ?? 0), clockPart);
}
