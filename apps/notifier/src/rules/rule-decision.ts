import { type Notice, NOTICE_SEVERITIES, type QuietHours, type RuleBody } from '@capstan/contracts';
import { Cron } from 'croner';

/** How often the same was seen, and when it was told last. Times are Unix milliseconds. */
export interface Sighting {
  readonly count: number;
  readonly firstAt: number;
  readonly toldAt: number | null;
}

/** How long sightings of the same are counted together. */
const COUNTED_WITHIN_MS = 24 * 3_600_000;

/** Whether a rule is about a notice at all. */
export function concerns(rule: RuleBody, notice: Notice): boolean {
  return (
    rule.enabled &&
    rule.topics.includes(notice.topic) &&
    NOTICE_SEVERITIES.indexOf(notice.severity) >= NOTICE_SEVERITIES.indexOf(rule.min_severity) &&
    (rule.kinds.length === 0 || notice.kinds.length === 0 || notice.kinds.some((kind) => rule.kinds.includes(kind))) &&
    notice.subject_name.toLowerCase().includes(rule.name_contains.toLowerCase())
  );
}

/** Whether a rule must remember what it has seen. */
export function counts(rule: RuleBody): boolean {
  return rule.after_times > 1 || rule.repeat_minutes > 0;
}

/** Counts a sighting, and says whether it is told: when it happened often enough, and was not told just now. */
export function see(rule: Pick<RuleBody, 'after_times' | 'repeat_minutes'>, before: Sighting | undefined, now: number): { tell: boolean; after: Sighting } {
  const fresh = before === undefined || now - before.firstAt > COUNTED_WITHIN_MS;
  const count = fresh ? 1 : before.count + 1;
  const firstAt = fresh ? now : before.firstAt;
  const toldAt = before?.toldAt ?? null;
  const silent = toldAt !== null && now - toldAt < rule.repeat_minutes * 60_000;
  const tell = count >= rule.after_times && !silent;
  return { tell, after: tell ? { count: 0, firstAt: now, toldAt: now } : { count, firstAt, toldAt } };
}

/** When a notice is told, and whether it waits for others to go with it. */
export function toldAt(rule: Pick<RuleBody, 'digest_minutes' | 'quiet_hours'>, { severity }: Pick<Notice, 'severity'>, now: number): { at: number; together: boolean } {
  const { quiet_hours: quiet, digest_minutes: digest } = rule;
  const end = quiet === null || (quiet.except_critical && severity === 'critical') ? null : quietUntil(quiet, now);
  const at = Math.max(now + digest * 60_000, end ?? 0);
  return { at, together: at > now };
}

/** The end of the quiet hours in which `now` lies, Unix milliseconds; null when it does not. */
export function quietUntil({ from, until, time_zone: timeZone }: Pick<QuietHours, 'from' | 'until' | 'time_zone'>, now: number): number | null {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(now);
  const within = from < until ? clock >= from && clock < until : clock >= from || clock < until;
  const [hour, minute] = until.split(':').map(Number);
  return within ? (new Cron(`${minute} ${hour} * * *`, { timezone: timeZone, paused: true }).nextRun(new Date(now))?.getTime() ?? null) : null;
}
