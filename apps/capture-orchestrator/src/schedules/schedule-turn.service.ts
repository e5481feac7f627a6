import { type Actor, createSessionBody, type CreateSessionBody, type RUN_STATES, scheduleEvents, SESSION_GONE } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, validationError } from '@capstan/kernel';
import { Outbox, outgoing, type OutgoingMessage } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ErrorShape } from '../sessions/engine/wire';
import { SessionCreation } from '../sessions/session-creation.service';
import { type CreateOrder, SessionsService } from '../sessions/sessions.service';
import { SessionTemplates } from '../templates/session-templates.repository';
import { type DueRuns, dueRuns, fireAt } from './due-runs';
import { decideOverlap } from './overlap';
import { toldError } from './run-error';
import type { ScheduleRunRow } from './schedule-run.entity';
import { type NewRun, type NextLook, type RunAtTurn, ScheduleTurnsRepository } from './schedule-turns.repository';
import { runsLeft, runViewOf, type RunWithSession, timingOf } from './schedule-views';
import type { ScheduleRow } from './schedule.entity';
import { SchedulesRepository } from './schedules.repository';
import { startPortions } from './start-portions';

/** How long a run is tried while a service it needs is away. */
export const START_PATIENCE_MS = 5 * 60_000;
/** Time between two tries, and between two looks at whether the previous session has ended. */
export const RECHECK_MS = 1_000;
/** Longer than any answer to the question whether the targets can be started. */
export const TURN_LEASE_MS = 30_000;

/** A claimed schedule, the instant it has come to, and its open runs, of which those in `seen` were dealt with. */
interface Turn {
  readonly schedule: ScheduleRow;
  readonly nextRunAt: number | null;
  readonly open: readonly RunAtTurn[];
  readonly seen: readonly string[];
}

/** A run that is to be started, and the order for its session. */
interface Start {
  readonly run: RunAtTurn;
  readonly order: CreateOrder;
}

/** Deals with claimed schedules: decides the instants that have come, then the open runs of each, and says when to come again. */
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

  /** Never throws: what cannot be done now stays, and its claim lapses. */
  async take(schedules: readonly ScheduleRow[], signal: AbortSignal): Promise<void> {
    try {
      const over: Turn[] = [];
      for (let left = await this.settle(schedules); left.length > 0 && !signal.aborted; ) {
        over.push(...left.filter(({ open }) => open.length === 0));
        left = await this.goOn(await this.advance(left.filter(({ open }) => open.length > 0), signal));
      }
      if (signal.aborted) {
        return await this.turns.giveBack(this.dataSource, schedules);
      }
      const now = this.clock.now();
      await this.turns.release(this.dataSource, over.map(nextLookOf), now, now + RECHECK_MS);
    } catch (error) {
      this.mustWait(schedules, error);
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

  /** Decides which instants have come. */
  private async settle(schedules: readonly ScheduleRow[]): Promise<Turn[]> {
    const now = this.clock.now();
    const steps = schedules.map((schedule) => {
      const due = dueRuns({ scheduleId: schedule.schedule_id, jitterSec: schedule.jitter_sec, missed: schedule.missed, timing: timingOf(schedule), nextRunAt: schedule.next_run_at?.getTime() ?? null }, now);
      return { schedule, nextRunAt: due.nextRunAt, runs: this.newRuns(due, now) };
    });
    const found = await transaction(this.dataSource, async (manager) => {
      const moved = await this.turns.moveOn(manager, steps);
      await this.outbox.addAll(manager, moved.filter(({ state }) => state === 'missed').map(messageAbout));
      return moved;
    });
    const open = found.filter(({ state }) => state !== 'missed');
    return steps.map(({ schedule, nextRunAt }) => ({ schedule, nextRunAt, open: open.filter(({ schedule_id: id }) => id === schedule.schedule_id), seen: [] }));
  }

  /** What was done for one run decides about the next of the same schedule. @returns those that are still ours */
  private async goOn(turns: readonly Turn[]): Promise<Turn[]> {
    const still: Turn[] = [];
    for (const turn of turns) {
      const { schedule, open, seen: before } = turn;
      const seen = [...before, ...open.slice(0, 1).map(({ run_id: id }) => id)];
      if (open.length === 1) {
        still.push({ ...turn, seen, open: [] });
      } else if (await this.keeps(schedule)) {
        const found = await this.turns.open(this.dataSource, schedule.schedule_id);
        still.push({ ...turn, seen, open: found.filter(({ run_id: id }) => !seen.includes(id)) });
      }
    }
    return still;
  }

  /** A claim that is fresh need not be prolonged: one that is half over is, or it is lost. */
  private async keeps(schedule: ScheduleRow): Promise<boolean> {
    const now = this.clock.now();
    return (schedule.claimed_until?.getTime() ?? 0) - now > TURN_LEASE_MS / 2 || this.turns.keep(this.dataSource, schedule, now + TURN_LEASE_MS);
  }

  private newRuns({ start, missed }: DueRuns, now: number): NewRun[] {
    const base = () => ({ runId: this.ids.next(), sessionId: this.ids.next(), trigger: 'cron', giveUpAt: now + START_PATIENCE_MS }) as const;
    const passed = (count: number): string => (count === 1 ? 'Capstan was not running at this instant' : `Capstan was not running at this instant and the ${count - 1} before it`);
    return [
      ...(missed === null ? [] : [{ ...base(), dueAt: missed.dueAt, state: 'missed', missedCount: missed.count, error: refusal('RUN_MISSED', passed(missed.count)) } as const]),
      ...(start === null ? [] : [{ ...base(), dueAt: start, state: 'due' } as const]),
    ];
  }

  /** Deals with the first open run of each. Those that start a session start it together. @returns those with which that went well */
  private async advance(turns: readonly Turn[], signal: AbortSignal): Promise<Turn[]> {
    const starts = new Map<Turn, Start>();
    const considered = await this.each(turns, async (turn) => {
      const [run] = turn.open;
      const order = run === undefined ? undefined : await this.consider(turn.schedule, run);
      if (run !== undefined && order !== undefined) {
        starts.set(turn, { run, order });
      }
    });
    const portions = startPortions([...starts.values()], ({ order }) => order.request.targets);
    const refusals = new Map((await Promise.all(portions.map((portion) => this.start(portion, signal)))).flat());
    return this.each(considered, async (turn) => {
      const start = starts.get(turn);
      const refusal = start === undefined ? undefined : refusals.get(start.run);
      if (start !== undefined && refusal !== undefined && !signal.aborted) {
        await this.refused(start.run, refusal.toShape());
      }
    });
  }

  /** Decides about a run that is not to be started now. @returns the order for one that is */
  private async consider(schedule: ScheduleRow, run: RunAtTurn): Promise<CreateOrder | undefined> {
    if (run.session_exists) {
      await this.decide(run, 'started', { startedAt: this.clock.now() });
    } else if (runsLeft(run) === 0 && run.trigger === 'cron') {
      await this.decide(run, 'skipped', { error: refusal('MAX_RUNS_REACHED', 'The schedule has started as many sessions as it may') });
    } else {
      const live = run.live_sessions;
      const what = decideOverlap({ policy: schedule.overlap, trigger: run.trigger, state: run.state === 'queued' ? 'queued' : 'due', previousRuns: live.length > 0, anotherWaits: run.another_waits });
      if (what === 'start') {
        return this.orderOf(schedule, run);
      }
      if (what === 'skip') {
        await this.decide(run, 'skipped', { error: refusal('PREVIOUS_RUNS', 'The session before it had not ended') });
      } else {
        await (what === 'cancel-previous-and-wait' ? this.cancel(live, schedule) : undefined);
        await (run.state === 'queued' ? undefined : this.decide(run, 'queued'));
      }
    }
    return undefined;
  }

  private async orderOf(schedule: ScheduleRow, run: ScheduleRunRow): Promise<CreateOrder | undefined> {
    try {
      return { sessionId: run.session_id, request: await this.sessionOf(schedule), by: run.requested_by ?? { type: 'system', id: schedule.schedule_id, name: `Schedule ${schedule.name}` } };
    } catch (error) {
      await this.refused(run, AppError.from(error).toShape());
      return undefined;
    }
  }

  /** @returns the runs that could not be started, and why */
  private async start(starts: readonly Start[], signal: AbortSignal): Promise<[ScheduleRunRow, AppError][]> {
    const runOf = new Map(starts.map(({ order, run }) => [order, run]));
    const refusals = await this.creation.createAll([...runOf.keys()], signal, async (manager, orders) => {
      const runs = orders.flatMap((order) => runOf.get(order) ?? []);
      const started = await this.turns.decide(manager, runs, 'started', { startedAt: this.clock.now() });
      if (started.length < runs.length) {
        // Its schedule is gone, or another instance was faster: no session may come of it here.
        throw new AppError('SESSION_STATE_CONFLICT', 'Somebody else has decided about this run', { retryable: true });
      }
      return started.map(messageAbout);
    });
    return starts.flatMap(({ run }, index): [ScheduleRunRow, AppError][] => (refusals[index] === undefined ? [] : [[run, refusals[index]]]));
  }

  /** A service that is away may come back; what waited for the session before it has its patience still ahead. */
  private async refused(run: ScheduleRunRow, error: ErrorShape): Promise<void> {
    const now = this.clock.now();
    if (!error.retryable || (run.state === 'due' && run.give_up_at.getTime() <= now)) {
      return this.decide(run, 'failed', { error: toldError(error) });
    }
    if (run.state === 'queued') {
      await this.turns.decide(this.dataSource, [run], 'due', { giveUpAt: now + START_PATIENCE_MS });
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
    await transaction(this.dataSource, async (manager) => this.outbox.addAll(manager, (await this.turns.decide(manager, [run], state, more)).map(messageAbout)));
  }

  /** One after the other; what goes wrong with one is no matter of the others. @returns those with which it went well */
  private async each(turns: readonly Turn[], work: (turn: Turn) => Promise<void>): Promise<Turn[]> {
    const well: Turn[] = [];
    for (const turn of turns) {
      try {
        await work(turn);
        well.push(turn);
      } catch (error) {
        this.mustWait([turn.schedule], error);
      }
    }
    return well;
  }

  private mustWait(schedules: readonly ScheduleRow[], error: unknown): void {
    this.log.warn(`Schedules must wait: ${schedules.map(({ schedule_id: id }) => id).join(', ')}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function nextLookOf({ schedule, nextRunAt }: Turn): NextLook {
  const firesAt = nextRunAt === null ? null : fireAt({ scheduleId: schedule.schedule_id, jitterSec: schedule.jitter_sec }, nextRunAt);
  return { claimed: schedule, nextRunAt, firesAt };
}

function messageAbout(run: RunWithSession): OutgoingMessage {
  return outgoing(scheduleEvents.runDecided, { run: runViewOf(run) }, { subject: run.schedule_id, correlationId: run.session_id, partitionKey: run.schedule_id });
}

function refusal(code: string, message: string): ErrorShape {
  return { code, message, retryable: false };
}
