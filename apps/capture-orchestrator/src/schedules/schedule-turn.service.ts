import { type Actor, createSessionBody, type CreateSessionBody, type RUN_STATES, scheduleEvents, SESSION_GONE } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, validationError } from '@capstan/kernel';
import { Outbox, outgoing, type OutgoingMessage } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ErrorShape } from '../sessions/engine/wire';
import { SessionCreation } from '../sessions/session-creation.service';
import { SessionsService } from '../sessions/sessions.service';
import { SessionTemplates } from '../templates/session-templates.repository';
import { type DueRuns, dueRuns, fireAt } from './due-runs';
import { decideOverlap } from './overlap';
import { toldError } from './run-error';
import type { ScheduleRunRow } from './schedule-run.entity';
import { type NewRun, type RunAtTurn, ScheduleTurnsRepository } from './schedule-turns.repository';
import { runsLeft, runViewOf, type RunWithSession, timingOf } from './schedule-views';
import type { ScheduleRow } from './schedule.entity';
import { SchedulesRepository } from './schedules.repository';

/** How long a run is tried while a service it needs is away. */
export const START_PATIENCE_MS = 5 * 60_000;
/** Time between two tries, and between two looks at whether the previous session has ended. */
export const RECHECK_MS = 1_000;
/** Longer than any answer to the question whether the targets can be started. */
export const TURN_LEASE_MS = 30_000;

/** Deals with one claimed schedule: decides the instants that have come, then each open run, and says when to come again. */
@Injectable()
export class ScheduleTurn {
  private readonly log = new Logger(ScheduleTurn.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly turns: ScheduleTurnsRepository,
    private readonly schedules: SchedulesRepository,
    private readonly templates: SessionTemplates,
    private readonly creation: SessionCreation,
    private readonly sessions: SessionsService,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** Never throws: what cannot be done now stays, and the claim lapses. */
  async take(schedule: ScheduleRow, signal: AbortSignal): Promise<void> {
    try {
      if (signal.aborted) {
        return await this.turns.giveBack(this.dataSource, schedule);
      }
      const settled = await this.settle(schedule);
      const { nextRunAt } = settled;
      const done = new Set<string>();
      let { open } = settled;
      for (let run = open[0]; run !== undefined; run = open.find(({ run_id: id }) => !done.has(id))) {
        if (signal.aborted) {
          return await this.turns.giveBack(this.dataSource, schedule);
        }
        if (!(await this.keeps(schedule))) {
          return;
        }
        await this.advance(schedule, run, signal);
        done.add(run.run_id);
        // What was done for one decides about the next.
        open = open.length === 1 ? [] : await this.turns.open(this.dataSource, schedule.schedule_id);
      }
      const now = this.clock.now();
      const firesAt = nextRunAt === null ? null : fireAt({ scheduleId: schedule.schedule_id, jitterSec: schedule.jitter_sec }, nextRunAt);
      await this.turns.release(this.dataSource, schedule, { nextRunAt, firesAt, recheckAt: now + RECHECK_MS, now });
    } catch (error) {
      this.log.warn(`Schedule ${schedule.schedule_id} must wait: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Runs a schedule now. The same order again is the same run. @throws AppError `SCHEDULE_NOT_FOUND` */
  async runNow(scheduleId: string, runId: string, by: Actor): Promise<void> {
    const now = this.clock.now();
    await transaction(this.dataSource, async (manager) => {
      await this.schedules.get(manager, scheduleId);
      await this.turns.insert(manager, scheduleId, { runId, sessionId: this.ids.next(), dueAt: now, trigger: 'manual', state: 'due', giveUpAt: now + START_PATIENCE_MS, requestedBy: by });
      await this.turns.call(manager, scheduleId, now);
    });
  }

  /**
   * The session a schedule starts.
   * @throws AppError `TEMPLATE_NOT_FOUND`; `VALIDATION_FAILED` when this release refuses what an older one stored
   */
  async sessionOf({ name, session, template_id }: Pick<ScheduleRow, 'name' | 'session' | 'template_id'>): Promise<CreateSessionBody> {
    const wanted = template_id === null ? session : (await this.templates.get(template_id)).session;
    const request = createSessionBody.safeParse({ ...wanted, name: wanted?.['name'] ?? name });
    if (!request.success) {
      throw validationError(request.error.issues.map(({ path, code, message }) => ({ path: path.map(String).join('.'), code, message })));
    }
    return request.data;
  }

  /** A claim that is fresh need not be prolonged: one that is half over is, or it is lost. */
  private async keeps(schedule: ScheduleRow): Promise<boolean> {
    const now = this.clock.now();
    return (schedule.claimed_until?.getTime() ?? 0) - now > TURN_LEASE_MS / 2 || this.turns.keep(this.dataSource, schedule, now + TURN_LEASE_MS);
  }

  /** Decides which instants have come. @returns the next one, by what was read, and the runs that are open then */
  private async settle(schedule: ScheduleRow): Promise<{ nextRunAt: number | null; open: readonly RunAtTurn[] }> {
    const { schedule_id: scheduleId, jitter_sec: jitterSec, missed } = schedule;
    const now = this.clock.now();
    const due = dueRuns({ scheduleId, jitterSec, missed, timing: timingOf(schedule), nextRunAt: schedule.next_run_at?.getTime() ?? null }, now);
    const { nextRunAt } = due;
    if (due.missed === null && due.start === null) {
      return { nextRunAt, open: await this.turns.open(this.dataSource, scheduleId) };
    }
    const runs = this.newRuns(due, now);
    if (due.missed === null) {
      return { nextRunAt, open: await this.turns.moveOn(this.dataSource, schedule, nextRunAt, runs) };
    }
    const found = await transaction(this.dataSource, async (manager) => {
      const moved = await this.turns.moveOn(manager, schedule, nextRunAt, runs);
      await this.outbox.addAll(manager, moved.filter(({ state }) => state === 'missed').map(messageAbout));
      return moved;
    });
    return { nextRunAt, open: found.filter(({ state }) => state !== 'missed') };
  }

  private newRuns({ start, missed }: DueRuns, now: number): NewRun[] {
    const base = () => ({ runId: this.ids.next(), sessionId: this.ids.next(), trigger: 'cron', giveUpAt: now + START_PATIENCE_MS }) as const;
    const passed = (count: number): string => (count === 1 ? 'Capstan was not running at this instant' : `Capstan was not running at this instant and the ${count - 1} before it`);
    return [
      ...(missed === null ? [] : [{ ...base(), dueAt: missed.dueAt, state: 'missed', missedCount: missed.count, error: refusal('RUN_MISSED', passed(missed.count)) } as const]),
      ...(start === null ? [] : [{ ...base(), dueAt: start, state: 'due' } as const]),
    ];
  }

  private async advance(schedule: ScheduleRow, run: RunAtTurn, signal: AbortSignal): Promise<void> {
    if (run.session_exists) {
      return this.decide(run, 'started', { startedAt: this.clock.now() });
    }
    if (runsLeft(run) === 0 && run.trigger === 'cron') {
      return this.decide(run, 'skipped', { error: refusal('MAX_RUNS_REACHED', 'The schedule has started as many sessions as it may') });
    }
    const live = run.live_sessions;
    const what = decideOverlap({ policy: schedule.overlap, trigger: run.trigger, state: run.state === 'queued' ? 'queued' : 'due', previousRuns: live.length > 0, anotherWaits: run.another_waits });
    switch (what) {
      case 'skip':
        return this.decide(run, 'skipped', { error: refusal('PREVIOUS_RUNS', 'The session before it had not ended') });
      case 'cancel-previous-and-wait':
        await this.cancel(live, schedule);
        return this.decide(run, 'queued');
      case 'wait':
        return run.state === 'queued' ? undefined : this.decide(run, 'queued');
      case 'start':
        return this.start(schedule, run, signal);
    }
  }

  private async start(schedule: ScheduleRow, run: ScheduleRunRow, signal: AbortSignal): Promise<void> {
    const by: Actor = run.requested_by ?? { type: 'system', id: schedule.schedule_id, name: `Schedule ${schedule.name}` };
    try {
      await this.creation.createNew({ sessionId: run.session_id, request: await this.sessionOf(schedule), by }, signal, (manager) => this.decideIn(manager, run, 'started', { startedAt: this.clock.now() }));
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      return this.refused(run, AppError.from(error).toShape());
    }
  }

  /** A service that is away may come back; what waited for the session before it has its patience still ahead. */
  private async refused(run: ScheduleRunRow, error: ErrorShape): Promise<void> {
    const now = this.clock.now();
    if (!error.retryable || (run.state === 'due' && run.give_up_at.getTime() <= now)) {
      return this.decide(run, 'failed', { error: toldError(error) });
    }
    if (run.state === 'queued') {
      await this.turns.decide(this.dataSource, run, 'due', { giveUpAt: now + START_PATIENCE_MS });
    }
  }

  private async cancel(sessionIds: readonly string[], schedule: ScheduleRow): Promise<void> {
    const by: Actor = { type: 'system', id: schedule.schedule_id, name: `Schedule ${schedule.name}` };
    for (const sessionId of sessionIds) {
      try {
        await transaction(this.dataSource, (manager) => this.sessions.wish(manager, sessionId, 'cancel', { by }));
      } catch (error) {
        // It may have ended, or gone, since it was found.
        if (!['SESSION_STATE_CONFLICT', ...SESSION_GONE].includes(AppError.from(error).code)) {
          throw error;
        }
      }
    }
  }

  private async decide(run: ScheduleRunRow, state: (typeof RUN_STATES)[number], more: { startedAt?: number; error?: ErrorShape } = {}): Promise<void> {
    await transaction(this.dataSource, async (manager) => this.outbox.addAll(manager, await this.decideIn(manager, run, state, more)));
  }

  private async decideIn(manager: EntityManager, run: ScheduleRunRow, state: (typeof RUN_STATES)[number], more: { startedAt?: number; error?: ErrorShape } = {}): Promise<OutgoingMessage[]> {
    const decided = await this.turns.decide(manager, run, state, more);
    return decided === undefined ? [] : [messageAbout(decided)];
  }
}

function messageAbout(run: RunWithSession): OutgoingMessage {
  return outgoing(scheduleEvents.runDecided, { run: runViewOf(run) }, { subject: run.schedule_id, correlationId: run.session_id, partitionKey: run.schedule_id });
}

function refusal(code: string, message: string): ErrorShape {
  return { code, message, retryable: false };
}
