import { type RequestOf, type ResponseOf, NEXT_RUNS, type ScheduleBody, scheduleRpc, type ScheduleView } from '@capstan/contracts';
import { AppError, type Clock, isoTime, validationError } from '@capstan/kernel';
import { OnRpc, type RpcContext } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TargetCheckClient } from '../sessions/target-check.client';
import { checkTiming, nextInstant, nextInstants, type Timing } from './cron-expression';
import { ScheduleTurn } from './schedule-turn.service';
import { runViewOf, runsLeft, scheduleViewOf, timingOf } from './schedule-views';
import { SchedulesRepository } from './schedules.repository';

type Rpc = typeof scheduleRpc;

/** Entries of a calendar of each kind. */
const CALENDAR_LIMIT = 1_000;
/** Planned instants of one schedule in a calendar: one of every minute must not hide the others. */
const PLANNED_PER_SCHEDULE = 100;

/** Answers what the gateway asks about schedules. */
@Controller()
export class SchedulesRpcController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly schedules: SchedulesRepository,
    private readonly turn: ScheduleTurn,
    private readonly check: TargetCheckClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @OnRpc(scheduleRpc.list)
  async list({ page: wanted, per_page, limit }: RequestOf<Rpc['list']>, _context: RpcContext): Promise<ResponseOf<Rpc['list']>> {
    const page = limit === undefined ? wanted : 1;
    const perPage = limit ?? per_page;
    const { schedules, total } = await this.schedules.list(this.dataSource, page, perPage);
    const now = this.clock.now();
    return { schedules: schedules.map(({ row, lastRun }) => scheduleViewOf(row, lastRun, now)), total, page, per_page: perPage };
  }

  @OnRpc(scheduleRpc.get)
  async get({ schedule_id }: RequestOf<Rpc['get']>, _context: RpcContext): Promise<ResponseOf<Rpc['get']>> {
    return { schedule: await this.view(schedule_id) };
  }

  @OnRpc(scheduleRpc.create)
  async create({ schedule_id, requested_by, schedule }: RequestOf<Rpc['create']>, { signal }: RpcContext): Promise<ResponseOf<Rpc['create']>> {
    const next = await this.checked(schedule, signal);
    await this.schedules.create(this.dataSource, schedule_id, schedule, schedule.enabled ? next : null, requested_by, this.clock.now());
    return { schedule: await this.view(schedule_id) };
  }

  @OnRpc(scheduleRpc.update)
  async update({ schedule_id, revision, schedule }: RequestOf<Rpc['update']>, { signal }: RpcContext): Promise<ResponseOf<Rpc['update']>> {
    const { row } = await this.schedules.get(this.dataSource, schedule_id);
    const next = await this.checked(schedule, signal);
    const exhausted = runsLeft({ max_runs: schedule.max_runs, run_count: row.run_count }) === 0;
    await this.schedules.update(this.dataSource, schedule_id, revision, schedule, schedule.enabled && !exhausted ? next : null, this.clock.now());
    return { schedule: await this.view(schedule_id) };
  }

  @OnRpc(scheduleRpc.enable)
  async enable({ schedule_id, enabled }: RequestOf<Rpc['enable']>, _context: RpcContext): Promise<ResponseOf<Rpc['enable']>> {
    const { row } = await this.schedules.get(this.dataSource, schedule_id);
    const now = this.clock.now();
    // Instants that passed during the pause are not made up for: they were not wanted.
    const next = enabled && runsLeft(row) > 0 ? nextInstant(timingOf(row), now) : null;
    if (row.enabled !== enabled) {
      await this.schedules.enable(this.dataSource, row, enabled, next, now);
    }
    return { schedule: await this.view(schedule_id) };
  }

  @OnRpc(scheduleRpc.remove)
  async remove({ schedule_id }: RequestOf<Rpc['remove']>, _context: RpcContext): Promise<ResponseOf<Rpc['remove']>> {
    await this.schedules.remove(this.dataSource, schedule_id);
    return {};
  }

  @OnRpc(scheduleRpc.runNow)
  async runNow({ schedule_id, run_id, requested_by }: RequestOf<Rpc['runNow']>, _context: RpcContext): Promise<ResponseOf<Rpc['runNow']>> {
    await this.turn.runNow(schedule_id, run_id, requested_by);
    const run = await this.schedules.run(this.dataSource, run_id);
    if (run === undefined) {
      throw new AppError('SCHEDULE_NOT_FOUND', 'The schedule was deleted in this moment');
    }
    return { run: runViewOf(run) };
  }

  @OnRpc(scheduleRpc.runs)
  async runs({ schedule_id, page: wanted, per_page, limit }: RequestOf<Rpc['runs']>, _context: RpcContext): Promise<ResponseOf<Rpc['runs']>> {
    const page = limit === undefined ? wanted : 1;
    const perPage = limit ?? per_page;
    await this.schedules.get(this.dataSource, schedule_id);
    const { runs, total } = await this.schedules.runs(this.dataSource, schedule_id, page, perPage);
    return { runs: runs.map(runViewOf), total, page, per_page: perPage };
  }

  @OnRpc(scheduleRpc.preview)
  preview(when: RequestOf<Rpc['preview']>, _context: RpcContext): Promise<ResponseOf<Rpc['preview']>> {
    const timing = timingOfBody(when);
    const now = this.clock.now();
    checkTiming(timing, now);
    return Promise.resolve({ next_runs: nextInstants(timing, now, NEXT_RUNS).map(isoTime) });
  }

  @OnRpc(scheduleRpc.calendar)
  async calendar({ since, until }: RequestOf<Rpc['calendar']>, _context: RpcContext): Promise<ResponseOf<Rpc['calendar']>> {
    const [runs, active] = await Promise.all([
      this.schedules.runsBetween(this.dataSource, since, until, CALENDAR_LIMIT + 1),
      this.schedules.active(this.dataSource, until, CALENDAR_LIMIT + 1),
    ]);
    const end = Date.parse(until);
    let truncated = runs.length > CALENDAR_LIMIT || active.length > CALENDAR_LIMIT;
    const planned = active.slice(0, CALENDAR_LIMIT).flatMap((row) => {
      const from = Math.max(Date.parse(since), row.next_run_at?.getTime() ?? end) - 1;
      const most = Math.min(PLANNED_PER_SCHEDULE + 1, runsLeft(row));
      const instants = nextInstants(timingOf(row), from, most).filter((at) => at < end);
      truncated ||= instants.length > PLANNED_PER_SCHEDULE;
      return instants.slice(0, PLANNED_PER_SCHEDULE).map((at) => ({ schedule_id: row.schedule_id, schedule_name: row.name, due_at: isoTime(at) }));
    });
    planned.sort((one, other) => one.due_at.localeCompare(other.due_at));
    truncated ||= planned.length > CALENDAR_LIMIT;
    return { runs: runs.slice(0, CALENDAR_LIMIT).map(runViewOf), planned: planned.slice(0, CALENDAR_LIMIT), truncated };
  }

  /**
   * What a schedule would start must be startable now, or nobody would be told until it is not.
   * @returns its next instant
   * @throws AppError `VALIDATION_FAILED` with paths into the schedule
   */
  private async checked(schedule: ScheduleBody, signal: AbortSignal): Promise<number | null> {
    const timing = timingOfBody(schedule);
    const now = this.clock.now();
    checkTiming(timing, now);
    await below(schedule.template_id === null ? 'session' : 'template_id', async () => {
      const { targets } = await this.turn.sessionOf(schedule);
      await this.check.check(targets, signal);
    });
    return nextInstant(timing, now);
  }

  private async view(scheduleId: string): Promise<ScheduleView> {
    const { row, lastRun } = await this.schedules.get(this.dataSource, scheduleId);
    return scheduleViewOf(row, lastRun, this.clock.now());
  }
}

function timingOfBody({ cron, time_zone, starts_at, ends_at }: Pick<ScheduleBody, 'cron' | 'time_zone' | 'starts_at' | 'ends_at'>): Timing {
  return { cron, timeZone: time_zone, startsAt: starts_at === null ? null : Date.parse(starts_at), endsAt: ends_at === null ? null : Date.parse(ends_at) };
}

/** Says where in the schedule the problems of its session are. */
async function below(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code, message, details } = AppError.from(error);
    if (code === 'TEMPLATE_NOT_FOUND') {
      throw validationError([{ path, code, message }]);
    }
    if (code === 'VALIDATION_FAILED' && Array.isArray(details?.['errors'])) {
      throw validationError((details['errors'] as { path: string; code: string; message: string }[]).map((problem) => ({ ...problem, path: `${path}.${problem.path}` })));
    }
    throw error;
  }
}
