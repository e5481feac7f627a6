import { z } from 'zod';
import {
  channelBody,
  channelList,
  channelView,
  deliveryList,
  deliveryQuery,
  deliveryView,
  notificationList,
  notificationQuery,
  readNotificationsBody,
  ruleBody,
  ruleList,
  ruleView,
  updateRuleBody,
} from '../notifications/notifications';
import { pageQuery, uuid } from '../primitives';
import { defineRoute, type Route } from './route';

const byId = z.strictObject({ id: uuid });
const tag = 'notifications';
const oneChannel = { json: z.object({ channel: channelView }) } as const;
const oneRule = { json: z.object({ rule: ruleView }) } as const;

/** Channels, rules, deliveries and the user's own notifications below `/api/v1`. */
export const notificationRoutes = {
  listChannels: defineRoute({ method: 'GET', path: '/notification-channels', tag, summary: 'Ways to reach people and programs', access: 'notifications:read', query: pageQuery, status: 200, response: { json: channelList } }),
  getChannel: defineRoute({ method: 'GET', path: '/notification-channels/:id', tag, summary: 'One channel, without its secret', access: 'notifications:read', params: byId, status: 200, response: oneChannel, problems: ['CHANNEL_NOT_FOUND'] }),
  createChannel: defineRoute({ method: 'POST', path: '/notification-channels', tag, summary: 'Keep a channel; its secret never comes back', access: 'notifications:write', body: channelBody, status: 201, response: oneChannel, problems: ['NAME_TAKEN', 'WEBHOOK_ADDRESS_REFUSED'], idempotent: true }),
  updateChannel: defineRoute({ method: 'PUT', path: '/notification-channels/:id', tag, summary: 'Replace a channel', access: 'notifications:write', params: byId, query: z.strictObject({ revision: z.coerce.number().int().min(1) }), body: channelBody, status: 200, response: oneChannel, problems: ['CHANNEL_NOT_FOUND', 'REVISION_CONFLICT', 'NAME_TAKEN', 'WEBHOOK_ADDRESS_REFUSED'] }),
  deleteChannel: defineRoute({ method: 'DELETE', path: '/notification-channels/:id', tag, summary: 'Forget a channel that no rule uses', access: 'notifications:write', params: byId, status: 204, response: { empty: true }, problems: ['CHANNEL_NOT_FOUND', 'CHANNEL_IN_USE'] }),
  testChannel: defineRoute({ method: 'POST', path: '/notification-channels/:id/test', tag, summary: 'Send a test message now, and say what came back', access: 'notifications:write', params: byId, status: 200, response: { json: z.object({ success: z.boolean(), response: z.string(), duration_ms: z.number() }) }, problems: ['CHANNEL_NOT_FOUND'] }),
  listRules: defineRoute({ method: 'GET', path: '/notification-rules', tag, summary: 'Who is told of what', access: 'notifications:read', query: pageQuery, status: 200, response: { json: ruleList } }),
  getRule: defineRoute({ method: 'GET', path: '/notification-rules/:id', tag, summary: 'One rule', access: 'notifications:read', params: byId, status: 200, response: oneRule, problems: ['RULE_NOT_FOUND'] }),
  createRule: defineRoute({ method: 'POST', path: '/notification-rules', tag, summary: 'Tell somebody of something', access: 'notifications:write', body: ruleBody, status: 201, response: oneRule, problems: ['NAME_TAKEN'], idempotent: true }),
  updateRule: defineRoute({ method: 'PUT', path: '/notification-rules/:id', tag, summary: 'Replace a rule', access: 'notifications:write', params: byId, body: updateRuleBody, status: 200, response: oneRule, problems: ['RULE_NOT_FOUND', 'REVISION_CONFLICT', 'NAME_TAKEN'] }),
  deleteRule: defineRoute({ method: 'DELETE', path: '/notification-rules/:id', tag, summary: 'Forget a rule', access: 'notifications:write', params: byId, status: 204, response: { empty: true }, problems: ['RULE_NOT_FOUND'] }),
  listDeliveries: defineRoute({ method: 'GET', path: '/deliveries', tag, summary: 'What was sent, what waits, and what the other side said', access: 'notifications:read', query: deliveryQuery, status: 200, response: { json: deliveryList } }),
  retryDelivery: defineRoute({ method: 'POST', path: '/deliveries/:id/retry', tag, summary: 'Try a failed delivery again', access: 'notifications:write', params: byId, status: 200, response: { json: z.object({ delivery: deliveryView }) }, problems: ['DELIVERY_NOT_FOUND', 'DELIVERY_NOT_FAILED'] }),
  listNotifications: defineRoute({ method: 'GET', path: '/notifications', tag, summary: 'Notices in the web app, newest first, with the number of unread ones', access: 'signed-in', query: notificationQuery, status: 200, response: { json: notificationList } }),
  readNotifications: defineRoute({ method: 'POST', path: '/notifications/read', tag, summary: 'Mark notices as read: some, or all', access: 'signed-in', body: readNotificationsBody.prefault({}), status: 200, response: { json: z.object({ unread: z.int() }) } }),
} as const satisfies Record<string, Route>;
