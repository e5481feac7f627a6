const timestamp = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const minute = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' });

/** `21 Nov 2026, 08:03:11` in the viewer's zone; `–` for what is no time. */
export function localTimestamp(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? '–' : timestamp.format(at);
}

/** `21 Nov 2026, 08:03` in the viewer's zone. */
export function localMinute(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? '–' : minute.format(at);
}

/** `08:03:11.042` in the viewer's zone. */
export function localTime(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? '–' : time.format(at);
}

/** `2026-11-21 07:03:11.042 UTC`. */
export function utcTimestamp(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? '' : `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}
