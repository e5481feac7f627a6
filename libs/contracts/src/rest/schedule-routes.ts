import { z } from 'zod';
import { pageQuery, uuid } from '../primitives';
import {
  calendarQuery,
  calendarView,
  patchScheduleBody,
  scheduleBody,
  scheduleList,
  schedulePreview,
  schedulePreviewBody,
  scheduleRun,
  scheduleRunList,
  scheduleView,
  updateScheduleBody,
} from '../schedules/schedules';
import { defineRoute, type Route } from './route';

const byId = z.strictObject({ id: uuid });
const tag = 'schedules';
const one = { json: z.object({ schedule: scheduleView }) } as const;

/** Schedules and the calendar below `/api/v1`. */
export const scheduleRoutes = {
  listSchedules: defineRoute({ method: 'GET', path: '/schedules', tag, summary: 'Schedules by name, with their next five instants', access: 'sessions:read', query: pageQuery, status: 200, response: { json: scheduleList } }),
  createSchedule: defineRoute({ method: 'POST', path: '/schedules', tag, summary: 'Start a session again and again', access: 'sessions:write', body: scheduleBody, status: 201, response: one, problems: ['NAME_TAKEN'], idempotent: true }),
  previewSchedule: defineRoute({ method: 'POST', path: '/schedules/preview', tag, summary: 'The next five instants of an expression', access: 'sessions:read', body: schedulePreviewBody, status: 200, response: { json: schedulePreview } }),
  getSchedule: defineRoute({ method: 'GET', path: '/schedules/:id', tag, summary: 'One schedule', access: 'sessions:read', params: byId, status: 200, response: one, problems: ['SCHEDULE_NOT_FOUND'] }),
  updateSchedule: defineRoute({ method: 'PUT', path: '/schedules/:id', tag, summary: 'Replace a schedule', access: 'sessions:write', params: byId, body: updateScheduleBody, status: 200, response: one, problems: ['SCHEDULE_NOT_FOUND', 'REVISION_CONFLICT', 'NAME_TAKEN'] }),
  patchSchedule: defineRoute({ method: 'PATCH', path: '/schedules/:id', tag, summary: 'Pause a schedule, or let it go on', access: 'sessions:write', params: byId, body: patchScheduleBody, status: 200, response: one, problems: ['SCHEDULE_NOT_FOUND'] }),
  deleteSchedule: defineRoute({ method: 'DELETE', path: '/schedules/:id', tag, summary: 'Forget a schedule; sessions it started stay', access: 'sessions:write', params: byId, status: 204, response: { empty: true }, problems: ['SCHEDULE_NOT_FOUND'] }),
  runSchedule: defineRoute({ method: 'POST', path: '/schedules/:id/run', tag, summary: 'Start its session now', access: 'sessions:write', params: byId, status: 202, response: { json: z.object({ run: scheduleRun }) }, problems: ['SCHEDULE_NOT_FOUND'], idempotent: true }),
  listScheduleRuns: defineRoute({ method: 'GET', path: '/schedules/:id/runs', tag, summary: 'What became of its instants, newest first', access: 'sessions:read', params: byId, query: pageQuery, status: 200, response: { json: scheduleRunList }, problems: ['SCHEDULE_NOT_FOUND'] }),
  calendar: defineRoute({ method: 'GET', path: '/calendar', tag, summary: 'Runs and planned instants of a stretch of time', access: 'sessions:read', query: calendarQuery, status: 200, response: { json: calendarView } }),
} as const satisfies Record<string, Route>;
