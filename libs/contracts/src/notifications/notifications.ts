import { z } from 'zod';
import { defineEvent, defineRpc } from '../envelope/definitions';
import { hostAddress, isoTimestamp, label, pageInfo, pageQuery, port, uuid } from '../primitives';
import { timeZone } from '../schedules/schedules';
import { notice, NOTICE_SEVERITIES, NOTICE_TOPIC_NAMES } from './notices';

const OWNER = 'notifier';

/** Ways to reach people and programs. */
export const CHANNEL_TYPES = ['email', 'webhook', 'in_app'] as const;
/** What sealed secrets of channels are good for; whoever seals names the same. */
export const CHANNEL_SECRET_PURPOSE = 'notification-channel';

const address = z.email('must be an e-mail address').max(254);

/** An SMTP server and who is written to. */
export const emailSettings = z.strictObject({
  host: hostAddress,
  port: port.default(587),
  /** `tls` from the first byte (port 465), `starttls` demanded, or `none` for a server on this machine or a trusted network. */
  security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  username: z.string().max(200).nullish().transform((name) => name ?? null),
  from: address,
  to: z.array(address).min(1, 'at least one address is needed').max(50),
});
/** See {@link emailSettings}. */
export type EmailSettings = z.output<typeof emailSettings>;

/** Where JSON is sent by POST. */
export const webhookSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2_000),
});
/** See {@link webhookSettings}. */
export type WebhookSettings = z.output<typeof webhookSettings>;

const channelCommon = { name: label(100), enabled: z.boolean().default(true) };
/** `secret` goes in and never comes back: the password of the SMTP login, the key webhooks are signed with. An empty one removes it; left out, it stays. */
const secret = z.string().max(500).optional();

/** Body of `POST /notification-channels` and `PUT /notification-channels/:id`. */
export const channelBody = z.discriminatedUnion('type', [
  z.strictObject({ ...channelCommon, type: z.literal('email'), settings: emailSettings, secret }),
  z.strictObject({ ...channelCommon, type: z.literal('webhook'), settings: webhookSettings, secret }),
  z.strictObject({ ...channelCommon, type: z.literal('in_app'), settings: z.strictObject({}).prefault({}) }),
]);
/** See {@link channelBody}. */
export type ChannelBody = z.output<typeof channelBody>;

/** The same without its secret, as it travels; the secret travels sealed beside it. */
export const channelFields = z.discriminatedUnion('type', [
  z.strictObject({ ...channelCommon, type: z.literal('email'), settings: emailSettings }),
  z.strictObject({ ...channelCommon, type: z.literal('webhook'), settings: webhookSettings }),
  z.strictObject({ ...channelCommon, type: z.literal('in_app'), settings: z.strictObject({}).prefault({}) }),
]);
/** See {@link channelFields}. */
export type ChannelFields = z.output<typeof channelFields>;

/** A channel as it is kept. */
export const channelView = z.object({
  channel_id: uuid,
  name: z.string(),
  type: z.enum(CHANNEL_TYPES),
  enabled: z.boolean(),
  settings: z.record(z.string(), z.unknown()),
  has_secret: z.boolean(),
  /** Deliveries that wait. */
  waiting: z.int(),
  /** Since when deliveries fail, and why; null while they arrive. */
  failing_since: isoTimestamp.nullable(),
  last_error: z.string().nullable(),
  /** When it is tried next. */
  retry_at: isoTimestamp.nullable(),
  last_delivered_at: isoTimestamp.nullable(),
  revision: z.int(),
  created_at: isoTimestamp,
});
/** See {@link channelView}. */
export type ChannelView = z.output<typeof channelView>;

const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 22:00');

/** When nobody wants to be woken: what comes meanwhile is told when it is over. A time earlier than `from` ends it on the next day. */
export const quietHours = z
  .strictObject({ from: clockTime, until: clockTime, time_zone: timeZone.default('UTC'), except_critical: z.boolean().default(true) })
  .refine(({ from, until }) => from !== until, { path: ['until'], message: 'must be another time than from', params: { code: 'WINDOW_EMPTY' } });
/** See {@link quietHours}. */
export type QuietHours = z.output<typeof quietHours>;

/** Body of `POST /notification-rules`. */
export const ruleBody = z.strictObject({
  name: label(100),
  enabled: z.boolean().default(true),
  topics: z.array(z.enum(NOTICE_TOPIC_NAMES)).min(1, 'at least one topic is needed').max(NOTICE_TOPIC_NAMES.length),
  channel_ids: z.array(uuid).min(1, 'at least one channel is needed').max(20),
  /** Only what matters at least so much. */
  min_severity: z.enum(NOTICE_SEVERITIES).default('info'),
  /** Only sessions of these kinds; empty is all. What is about no session is not held up by it. */
  kinds: z.array(z.string().max(50)).max(10).default([]),
  /** Only things whose name holds this; upper and lower case are the same. */
  name_contains: z.string().max(100).default(''),
  /** Only when the same happened to the same thing so many times within a day. */
  after_times: z.int().min(1).max(100).default(1),
  /** The same about the same thing is told once in so many minutes. */
  repeat_minutes: z.int().min(0).max(10_080).default(0),
  /** What comes within so many minutes is told together; 0 tells at once. */
  digest_minutes: z.int().min(0).max(1_440).default(0),
  quiet_hours: quietHours.nullish().transform((hours) => hours ?? null),
});
/** See {@link ruleBody}. */
export type RuleBody = z.output<typeof ruleBody>;
/** Body of `PUT /notification-rules/:id`; `revision` is the one that was read. */
export const updateRuleBody = ruleBody.extend({ revision: z.int().min(1) });

/** A rule as it is kept. */
export const ruleView = z.object({ rule_id: uuid, ...ruleBody.shape, quiet_hours: quietHours.nullable(), revision: z.int(), created_at: isoTimestamp, last_matched_at: isoTimestamp.nullable() });
/** See {@link ruleView}. */
export type RuleView = z.output<typeof ruleView>;

/** `waiting` until its time or its turn comes, `failed` when it was given up. */
export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const;
/** One message to one channel. */
export const deliveryView = z.object({
  /** Also the key by which a receiver tells a message that came twice. */
  delivery_id: uuid,
  channel_id: uuid,
  channel_name: z.string(),
  rule_name: z.string().nullable(),
  state: z.enum(DELIVERY_STATES),
  notices: z.array(notice),
  attempts: z.int(),
  /** What the other side said last. */
  response: z.string().nullable(),
  created_at: isoTimestamp,
  due_at: isoTimestamp,
  delivered_at: isoTimestamp.nullable(),
});
/** See {@link deliveryView}. */
export type DeliveryView = z.output<typeof deliveryView>;

/** A notice in the web app; each user reads it for himself. */
export const inAppNotification = z.object({ notification_id: uuid, ...notice.shape, read: z.boolean() });
/** See {@link inAppNotification}. */
export type InAppNotification = z.output<typeof inAppNotification>;

/** Query of `GET /deliveries`. */
export const deliveryQuery = pageQuery.extend({ channel: uuid.optional(), status: z.enum(DELIVERY_STATES).optional() });
/** Query of `GET /notifications`. */
export const notificationQuery = pageQuery.extend({ unread: z.enum(['true', 'false']).optional() });
/** Body of `POST /notifications/read`: some of them, or all up to now. */
export const readNotificationsBody = z.strictObject({ notification_ids: z.array(uuid).min(1).max(1_000).optional() });

/** Answers of lists. */
export const channelList = z.object({ channels: z.array(channelView), ...pageInfo });
export const ruleList = z.object({ rules: z.array(ruleView), ...pageInfo });
export const deliveryList = z.object({ deliveries: z.array(deliveryView), ...pageInfo });
export const notificationList = z.object({ notifications: z.array(inAppNotification), unread: z.int(), ...pageInfo });

/** Facts about notifications. */
export const notificationEvents = {
  raised: defineEvent('notification.raised.v1', [OWNER], 'A notice for everybody who looks at the web app', z.object({ notification: inAppNotification })),
} as const;

const byChannel = z.object({ channel_id: uuid });
const byRule = z.object({ rule_id: uuid });
const oneChannel = z.object({ channel: channelView });
const oneRule = z.object({ rule: ruleView });
const sealed = { sealed_secret: z.string().nullish(), /** Whether the secret it has is to be forgotten. */ forget_secret: z.boolean().default(false) };

/** What the gateway asks the notifier. */
export const notificationRpc = {
  sealingKey: defineRpc(OWNER, 'get-sealing-key', 'Public key for secrets of channels', { request: z.object({}), response: z.object({ jwk: z.record(z.string(), z.unknown()) }) }),
  listChannels: defineRpc(OWNER, 'list-channels', 'Channels by name', { request: pageQuery, response: channelList }),
  getChannel: defineRpc(OWNER, 'get-channel', 'One channel', { request: byChannel, response: oneChannel }),
  createChannel: defineRpc(OWNER, 'create-channel', 'Keep a channel; repeating is harmless', { request: byChannel.extend({ fields: channelFields, ...sealed }), response: oneChannel }),
  updateChannel: defineRpc(OWNER, 'update-channel', 'Replace a channel that has not changed since it was read', { request: byChannel.extend({ revision: z.int(), fields: channelFields, ...sealed }), response: oneChannel }),
  removeChannel: defineRpc(OWNER, 'delete-channel', 'Forget a channel that no rule uses', { request: byChannel, response: z.object({}) }),
  testChannel: defineRpc(OWNER, 'test-channel', 'Send a test message now', { request: byChannel, response: z.object({ success: z.boolean(), response: z.string(), duration_ms: z.number() }), timeoutMs: 30_000 }),
  listRules: defineRpc(OWNER, 'list-rules', 'Rules by name', { request: pageQuery, response: ruleList }),
  getRule: defineRpc(OWNER, 'get-rule', 'One rule', { request: byRule, response: oneRule }),
  createRule: defineRpc(OWNER, 'create-rule', 'Keep a rule; repeating is harmless', { request: byRule.extend({ rule: ruleBody }), response: oneRule }),
  updateRule: defineRpc(OWNER, 'update-rule', 'Replace a rule that has not changed since it was read', { request: byRule.extend({ revision: z.int(), rule: ruleBody }), response: oneRule }),
  removeRule: defineRpc(OWNER, 'delete-rule', 'Forget a rule', { request: byRule, response: z.object({}) }),
  listDeliveries: defineRpc(OWNER, 'list-deliveries', 'Deliveries, newest first', { request: deliveryQuery, response: deliveryList }),
  retryDelivery: defineRpc(OWNER, 'retry-delivery', 'Try a failed delivery again', { request: z.object({ delivery_id: uuid }), response: z.object({ delivery: deliveryView }) }),
  listNotifications: defineRpc(OWNER, 'list-notifications', 'Notices in the web app, newest first', { request: notificationQuery.extend({ user_id: z.string() }), response: notificationList }),
  readNotifications: defineRpc(OWNER, 'read-notifications', 'Mark notices as read by a user', { request: readNotificationsBody.extend({ user_id: z.string() }), response: z.object({ unread: z.int() }) }),
} as const;
