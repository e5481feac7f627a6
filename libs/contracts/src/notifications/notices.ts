import { z } from 'zod';
import { isoTimestamp } from '../primitives';

/** How much a notice matters, in rising order. */
export const NOTICE_SEVERITIES = ['info', 'warning', 'critical'] as const;
/** See {@link NOTICE_SEVERITIES}. */
export type NoticeSeverity = (typeof NOTICE_SEVERITIES)[number];

/** What people can be told of, and how much each matters by itself. */
export const NOTICE_TOPICS = {
  'session.completed': { label: 'A session completed', severity: 'info' },
  'session.partial': { label: 'A session ended with failed targets', severity: 'warning' },
  'session.failed': { label: 'A session failed', severity: 'critical' },
  'session.cancelled': { label: 'A session was cancelled', severity: 'info' },
  'target.failed': { label: 'A device failed in a session', severity: 'warning' },
  'schedule.started': { label: 'A schedule started a session', severity: 'info' },
  'schedule.skipped': { label: 'A run of a schedule was skipped or missed', severity: 'warning' },
  'schedule.failed': { label: 'A run of a schedule could not be started', severity: 'critical' },
  'device.host-key-changed': { label: 'A device shows another host key', severity: 'critical' },
  'device.identity-changed': { label: 'Another device answers at the address of one', severity: 'critical' },
  'device.config-changed': { label: 'The configuration of a device changed', severity: 'warning' },
  'device.changed': { label: 'Software or hardware of a device changed', severity: 'warning' },
  'arp.conflict': { label: 'An address has two MACs, or a gateway another one', severity: 'critical' },
  'credential.suspended': { label: 'Several devices refused a credential', severity: 'critical' },
  'camera.down': { label: 'A camera cannot be reached or has no video', severity: 'warning' },
  'camera.recovered': { label: 'A camera is back', severity: 'info' },
  'camera.picture': { label: 'The picture of a camera is frozen, black, covered, blurred or moved', severity: 'warning' },
  'receiver.down': { label: 'A receiver cannot be reached', severity: 'warning' },
  'storage.nearly-full': { label: 'Sessions of a kind have nearly used up their storage', severity: 'warning' },
  'storage.lost': { label: 'Stored files have disappeared', severity: 'critical' },
  'receiver.recovered': { label: 'A receiver is back', severity: 'info' },
} as const satisfies Record<string, { readonly label: string; readonly severity: NoticeSeverity }>;
/** See {@link NOTICE_TOPICS}. */
export type NoticeTopic = keyof typeof NOTICE_TOPICS;
/** Names of {@link NOTICE_TOPICS}. */
export const NOTICE_TOPIC_NAMES = Object.keys(NOTICE_TOPICS) as [NoticeTopic, ...NoticeTopic[]];

/** One thing that happened, told in a sentence. */
export const notice = z.object({
  topic: z.enum(NOTICE_TOPIC_NAMES),
  severity: z.enum(NOTICE_SEVERITIES),
  /** What it is about, for filters and for telling repeats: `session:<id>`, `device:<address>`, `camera:<id>` … */
  subject: z.string(),
  /** Name of the thing, as people know it. */
  subject_name: z.string(),
  /** Kinds of the session it is about; empty where it is about none. */
  kinds: z.array(z.string()),
  title: z.string(),
  text: z.string(),
  /** Path in the web app, without the address. */
  path: z.string(),
  occurred_at: isoTimestamp,
});
/** See {@link notice}. */
export type Notice = z.output<typeof notice>;
