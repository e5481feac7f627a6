import type { BodyInputOf, NoticeSeverity, NoticeTopic, routes, RuleView } from '@capstan/contracts';

type Body = BodyInputOf<typeof routes.createRule>;

/** A rule while somebody writes it: every field is what an input holds. */
export interface RuleDraft {
  readonly name: string;
  readonly enabled: boolean;
  readonly topics: readonly NoticeTopic[];
  readonly channelIds: readonly string[];
  readonly minSeverity: NoticeSeverity;
  readonly kinds: readonly string[];
  readonly nameContains: string;
  readonly afterTimes: number | '';
  readonly repeatMinutes: number | '';
  readonly digestMinutes: number | '';
  readonly quiet: boolean;
  readonly quietFrom: string;
  readonly quietUntil: string;
  readonly quietZone: string;
  readonly exceptCritical: boolean;
}

/** A new rule, whose quiet hours are the viewer's once they are switched on. */
export function newRule(timeZone: string): RuleDraft {
  return { name: '', enabled: true, topics: [], channelIds: [], minSeverity: 'info', kinds: [], nameContains: '', afterTimes: 1, repeatMinutes: 0, digestMinutes: 0, quiet: false, quietFrom: '22:00', quietUntil: '07:00', quietZone: timeZone, exceptCritical: true };
}

/** A rule that is to be changed. */
export function draftOfRule(rule: RuleView, timeZone: string): RuleDraft {
  const { quiet_hours: quiet } = rule;
  return {
    ...newRule(timeZone),
    name: rule.name,
    enabled: rule.enabled,
    topics: rule.topics,
    channelIds: rule.channel_ids,
    minSeverity: rule.min_severity,
    kinds: rule.kinds,
    nameContains: rule.name_contains,
    afterTimes: rule.after_times,
    repeatMinutes: rule.repeat_minutes,
    digestMinutes: rule.digest_minutes,
    ...(quiet === null ? {} : { quiet: true, quietFrom: quiet.from, quietUntil: quiet.until, quietZone: quiet.time_zone, exceptCritical: quiet.except_critical }),
  };
}

/** What the API takes. */
export function bodyOfRule(draft: RuleDraft): Body {
  return {
    name: draft.name.trim(),
    enabled: draft.enabled,
    topics: [...draft.topics],
    channel_ids: [...draft.channelIds],
    min_severity: draft.minSeverity,
    kinds: [...draft.kinds],
    name_contains: draft.nameContains.trim(),
    after_times: draft.afterTimes === '' ? 1 : draft.afterTimes,
    repeat_minutes: draft.repeatMinutes === '' ? 0 : draft.repeatMinutes,
    digest_minutes: draft.digestMinutes === '' ? 0 : draft.digestMinutes,
    quiet_hours: draft.quiet ? { from: draft.quietFrom, until: draft.quietUntil, time_zone: draft.quietZone, except_critical: draft.exceptCritical } : null,
  };
}

/** The same rule, on or off. */
export function bodyOfRuleView(rule: RuleView, enabled: boolean): Body {
  return { ...bodyOfRule(draftOfRule(rule, 'UTC')), enabled };
}
