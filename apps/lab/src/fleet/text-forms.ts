const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const YEAR = 365 * DAY;

/** When the fleet was configured first. */
const EPOCH_MS = Date.UTC(2026, 2, 2, 10, 0, 0);
/** So much time lies between two generations of a device. */
const GENERATION_SEC = 137;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (number: number): string => String(number).padStart(2, '0');

/** `00:12:07` */
export function clockAge(sec: number): string {
  return `${two(Math.floor(sec / HOUR))}:${two(Math.floor((sec % HOUR) / MINUTE))}:${two(sec % MINUTE)}`;
}

/** The age of a route: `00:12:07`, `1d18h`, `7w0d`, `2y3w`. */
export function routeAge(sec: number): string {
  if (sec < DAY) {
    return clockAge(sec);
  }
  if (sec < WEEK) {
    return `${Math.floor(sec / DAY)}d${two(Math.floor((sec % DAY) / HOUR))}h`;
  }
  return sec < YEAR ? `${Math.floor(sec / WEEK)}w${Math.floor((sec % WEEK) / DAY)}d` : `${Math.floor(sec / YEAR)}y${Math.floor((sec % YEAR) / WEEK)}w`;
}

/** `1 year, 2 weeks, 3 days, 4 hours, 5 minutes` */
export function wordyAge(sec: number): string {
  const parts: (readonly [number, string])[] = [[Math.floor(sec / YEAR), 'year'], [Math.floor((sec % YEAR) / WEEK), 'week'], [Math.floor((sec % WEEK) / DAY), 'day'], [Math.floor((sec % DAY) / HOUR), 'hour'], [Math.floor((sec % HOUR) / MINUTE), 'minute']];
  return parts.filter(([count], position) => count > 0 || position === parts.length - 1).map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`).join(', ');
}

/** `123 day(s), 4 hour(s), 5 minute(s), 6 second(s)` */
export function bracketAge(sec: number): string {
  return `${Math.floor(sec / DAY)} day(s), ${Math.floor((sec % DAY) / HOUR)} hour(s), ${Math.floor((sec % HOUR) / MINUTE)} minute(s), ${sec % MINUTE} second(s)`;
}

function moment(generation: number): Date {
  return new Date(EPOCH_MS + generation * GENERATION_SEC * 1_000);
}

/** `10:00:00 UTC Mon Mar 2 2026` */
export function iosTime(generation: number): string {
  const at = moment(generation);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} UTC ${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${at.getUTCDate()} ${at.getUTCFullYear()}`;
}

/** `Mon Mar  2 10:00:00 2026` */
export function ctime(generation: number): string {
  const at = moment(generation);
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} ${at.getUTCFullYear()}`;
}

/** `2026-03-02 10:00:00 UTC` */
export function isoLikeTime(generation: number): string {
  return `${moment(generation).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
