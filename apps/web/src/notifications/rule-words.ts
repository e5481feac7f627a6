import { NOTICE_TOPIC_NAMES, NOTICE_TOPICS, type NoticeTopic, type RuleView, TARGET_KIND_NAMES, type TargetKindName } from '@capstan/contracts';
import { formatDuration } from '../design/format';
import { SEVERITY_WORD } from './severity-words';

/** Kinds of work, as people call them. */
export const KIND_WORD: Readonly<Record<TargetKindName, string>> = { 'packet-capture': 'Packet capture', collection: 'Collection', snapshot: 'Snapshot', recording: 'Recording' };
/** Kinds for a list of choices. */
export const KIND_CHOICES = TARGET_KIND_NAMES.map((value) => ({ value, label: KIND_WORD[value] }));

const GROUP_WORD: Readonly<Record<string, string>> = {
  session: 'Sessions',
  target: 'Sessions',
  schedule: 'Schedules',
  device: 'Network devices',
  arp: 'Network devices',
  credential: 'Network devices',
  camera: 'Cameras',
  receiver: 'Receivers and recordings',
  recording: 'Receivers and recordings',
};

/** Topics by what they are about, in the order of the contract; what has no group of its own is about Capstan itself. */
export function topicGroups(): readonly { readonly label: string; readonly topics: readonly NoticeTopic[] }[] {
  const groups = new Map<string, NoticeTopic[]>();
  for (const topic of NOTICE_TOPIC_NAMES) {
    const label = GROUP_WORD[topic.slice(0, topic.indexOf('.'))] ?? 'Capstan itself';
    groups.set(label, [...(groups.get(label) ?? []), topic]);
  }
  return [...groups].map(([label, topics]) => ({ label, topics }));
}

/** What a rule tells of: its first topics, and how many more. */
export function topicsText({ topics }: Pick<RuleView, 'topics'>, most = 2): string {
  const words = topics.slice(0, most).map((topic) => NOTICE_TOPICS[topic].label);
  return `${words.join('; ')}${topics.length > most ? `; and ${topics.length - most} more` : ''}`;
}

/** What narrows a rule, and when it tells; empty where nothing does. */
export function conditionsOf(rule: Pick<RuleView, 'min_severity' | 'kinds' | 'name_contains' | 'after_times' | 'repeat_minutes' | 'digest_minutes' | 'quiet_hours'>): string[] {
  const minutes = (count: number): string => formatDuration(count * 60);
  const { quiet_hours: quiet } = rule;
  return [
    ...(rule.min_severity === 'info' ? [] : [`${SEVERITY_WORD[rule.min_severity].toLowerCase()}${rule.min_severity === 'critical' ? '' : ' or worse'}`]),
    ...(rule.kinds.length === 0 ? [] : [rule.kinds.map((kind) => (kind in KIND_WORD ? KIND_WORD[kind as TargetKindName].toLowerCase() : kind)).join(' or ')]),
    ...(rule.name_contains === '' ? [] : [`name has “${rule.name_contains}”`]),
    ...(rule.after_times === 1 ? [] : [`after ${rule.after_times} times within a day`]),
    ...(rule.repeat_minutes === 0 ? [] : [`once in ${minutes(rule.repeat_minutes)}`]),
    ...(rule.digest_minutes === 0 ? [] : [`together, every ${minutes(rule.digest_minutes)}`]),
    ...(quiet === null ? [] : [`quiet ${quiet.from}–${quiet.until} ${quiet.time_zone}${quiet.except_critical ? ', not for critical' : ''}`]),
  ];
}
