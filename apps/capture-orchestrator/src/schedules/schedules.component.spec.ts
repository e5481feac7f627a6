import { type ScheduleRun, scheduleEvents, scheduleRpc, type ScheduleView, sessionTemplateRpc } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { eventually } from '@capstan/testing';
import { body, operator, Stage } from '../../test/orchestrator';
import { fireAt } from './due-runs';
import { Scheduler } from './scheduler';

const YEARLY = '0 0 1 1 *';

describe(Scheduler.name, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set();
  }, 60_000);
  afterAll(() => stage.strike());

  async function create(overrides: Record<string, unknown> = {}): Promise<ScheduleView> {
    const schedule_id = systemIds.next();
    const request = { schedule_id, requested_by: operator, schedule: { name: `nightly ${schedule_id}`, cron: YEARLY, time_zone: 'Europe/Rome', session: body(1), ...overrides } };
    return (await stage.gateway.ask(scheduleRpc.create, request as never)).schedule;
  }

  /** The clock of the schedule has come to an instant so many seconds ago. */
  async function comes({ schedule_id }: ScheduleView, secondsAgo = 0): Promise<void> {
    await stage.query(`UPDATE schedules SET next_run_at = $2, attention_at = $2 WHERE schedule_id = $1`, [schedule_id, new Date(systemClock.now() - secondsAgo * 1_000)]);
  }

  async function runs({ schedule_id }: ScheduleView): Promise<ScheduleRun[]> {
    return (await stage.gateway.ask(scheduleRpc.runs, { schedule_id })).runs;
  }

  function become(schedule: ScheduleView, expected: object[]): Promise<ScheduleRun[]> {
    return eventually(async () => {
      const found = await runs(schedule);
      expect(found).toMatchObject(expected);
      return found;
    });
  }

  async function finish(sessionId: string): Promise<void> {
    for (const task of await stage.worker.tasks(sessionId, 1)) {
      task.finish('failed', { capture_began: false });
    }
    await stage.until(sessionId, 'failed');
  }

  const sessionOf = (run: ScheduleRun | undefined): string => run?.session_id ?? '';

  it('starts one session when the instant comes, says so, and shows what comes next', async () => {
    const schedule = await create({ session: { ...body(1), name: 'Backbone' } });
    expect(schedule).toMatchObject({ state: 'active', run_count: 0, last_run: null, created_by: operator });
    expect(schedule.next_runs).toHaveLength(5);
    expect(schedule.next_runs[0]).toMatch(/-12-31T23:00:00\.000Z$/);
    await comes(schedule);
    const [run] = await become(schedule, [{ state: 'started', trigger: 'cron', error: null }]);
    await expect(stage.get(sessionOf(run))).resolves.toMatchObject({ name: 'Backbone', created_by: { type: 'system', id: schedule.schedule_id } });
    await eventually(() => expect(stage.facts.filter(({ type, data }) => type === scheduleEvents.runDecided.type && (data as { run: ScheduleRun }).run.run_id === run?.run_id)).toHaveLength(1));
    await expect(stage.gateway.ask(scheduleRpc.get, { schedule_id: schedule.schedule_id })).resolves.toMatchObject({ schedule: { run_count: 1, last_run: { run_id: run?.run_id } } });
    await finish(sessionOf(run));
  });

  it('starts one session of an instant, however many instances look at it', async () => {
    await stage.start('second');
    await stage.start('third');
    const schedules = await Promise.all(Array.from({ length: 20 }, () => create()));
    await Promise.all(schedules.map((schedule) => comes(schedule)));
    const started = (await Promise.all(schedules.map((schedule) => become(schedule, [{ state: 'started' }])))).flat();
    const [{ sessions } = { sessions: '' }] = await stage.query<{ sessions: string }>(`SELECT count(*) AS sessions FROM sessions WHERE created_by->>'id' = ANY($1)`, [schedules.map(({ schedule_id }) => schedule_id)]);
    expect(Number(sessions)).toBe(20);
    expect(new Set(started.map(sessionOf)).size).toBe(20);
    await Promise.all(started.map((run) => finish(sessionOf(run))));
  });

  it('skips, queues, or cancels the session before it, as it is told', async () => {
    const [skip, queue, cancel] = await Promise.all((['skip', 'queue', 'cancel_previous'] as const).map((overlap) => create({ overlap })));
    const all = [skip, queue, cancel] as ScheduleView[];
    const first = await Promise.all(all.map(async (schedule) => {
      await comes(schedule, 30);
      return (await become(schedule, [{ state: 'started' }]))[0];
    }));
    await Promise.all(all.map((schedule) => comes(schedule)));
    await become(skip as ScheduleView, [{ state: 'skipped', error: { code: 'PREVIOUS_RUNS' } }, {}]);
    await become(queue as ScheduleView, [{ state: 'queued', session_id: null }, {}]);
    await become(cancel as ScheduleView, [{ state: 'queued' }, {}]);
    const cancelled = sessionOf(first[2]);
    await eventually(() => expect(stage.worker.ordersOf(cancelled, 'cancel')).toHaveLength(1));
    (await stage.worker.tasks(cancelled, 1)).forEach((task) => task.finish('cancelled', { capture_began: false }));
    await finish(sessionOf(first[1]));
    for (const schedule of [queue, cancel]) {
      const [second] = await become(schedule as ScheduleView, [{ state: 'started' }, { state: 'started' }]);
      await finish(sessionOf(second));
    }
    await finish(sessionOf(first[0]));
  });

  it('misses what passed while nobody was there, or makes up for it once', async () => {
    // Half an hour away: an instant of this minute would not have been missed.
    const minute = (new Date().getUTCMinutes() + 30) % 60;
    const [skip, makeUp] = await Promise.all((['skip', 'run_once'] as const).map((missed) => create({ missed, cron: `${minute} * * * *` })));
    await Promise.all([skip, makeUp].map((schedule) => comes(schedule as ScheduleView, 3 * 3_600)));
    await become(skip as ScheduleView, [{ state: 'missed', error: { code: 'RUN_MISSED' }, session_id: null }]);
    const [run, missed] = await become(makeUp as ScheduleView, [{ state: 'started' }, { state: 'missed' }]);
    expect(missed?.missed_count).toBeGreaterThanOrEqual(2);
    await finish(sessionOf(run));
  });

  it('runs at once when a person wants it, once for each wish', async () => {
    const { schedule_id } = await create({ enabled: false });
    const wish = { schedule_id, run_id: systemIds.next(), requested_by: operator };
    await Promise.all([stage.gateway.ask(scheduleRpc.runNow, wish), stage.gateway.ask(scheduleRpc.runNow, wish)]);
    const [run] = await become({ schedule_id } as ScheduleView, [{ state: 'started', trigger: 'manual' }]);
    await expect(stage.get(sessionOf(run))).resolves.toMatchObject({ created_by: operator });
    await finish(sessionOf(run));
  });

  it('ends after as many sessions as it may start', async () => {
    const schedule = await create({ max_runs: 1 });
    expect(schedule.next_runs).toHaveLength(1);
    await comes(schedule);
    const [run] = await become(schedule, [{ state: 'started' }]);
    await expect(stage.gateway.ask(scheduleRpc.get, schedule)).resolves.toMatchObject({ schedule: { state: 'finished', next_runs: [] } });
    await finish(sessionOf(run));
  });

  it('pauses without making up for the pause', async () => {
    const schedule = await create();
    const { schedule: paused } = await stage.gateway.ask(scheduleRpc.enable, { schedule_id: schedule.schedule_id, enabled: false });
    expect(paused).toMatchObject({ state: 'paused', next_runs: [], revision: 2 });
    const { schedule: active } = await stage.gateway.ask(scheduleRpc.enable, { schedule_id: schedule.schedule_id, enabled: true });
    expect(active).toMatchObject({ state: 'active', last_run: null });
  });

  it('refuses what is no schedule, or what could not be started', async () => {
    const problem = (path: string, code: string) => ({ code: 'VALIDATION_FAILED', details: { errors: [{ path, code }] } });
    await expect(create({ cron: 'often' })).rejects.toMatchObject(problem('cron', 'CRON_INVALID'));
    await expect(create({ cron: '0 0 30 2 *' })).rejects.toMatchObject(problem('cron', 'CRON_NEVER'));
    await expect(create({ session: null, template_id: systemIds.next() })).rejects.toMatchObject(problem('template_id', 'TEMPLATE_NOT_FOUND'));
    stage.worker.errors = [{ index: 0, path: 'credential_id', code: 'CREDENTIAL_NOT_FOUND', message: 'no such credential' }];
    await expect(create()).rejects.toMatchObject(problem('session.targets.0.credential_id', 'CREDENTIAL_NOT_FOUND'));
    const { template } = await stage.gateway.ask(sessionTemplateRpc.create, { template_id: systemIds.next(), name: 'Of a device that went', session: body(1), requested_by: operator });
    await expect(create({ session: null, template_id: template.template_id })).rejects.toMatchObject(problem('template_id.targets.0.credential_id', 'CREDENTIAL_NOT_FOUND'));
    stage.worker.errors = [];
    const { name } = await create();
    await expect(create({ name })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
  });

  it('says why a run could not be started, also of a template whose device went', async () => {
    const { template } = await stage.gateway.ask(sessionTemplateRpc.create, { template_id: systemIds.next(), name: 'Before its device went', session: body(1), requested_by: operator });
    const schedules = [await create(), await create({ session: null, template_id: template.template_id })];
    stage.worker.errors = [{ index: 0, path: 'device_id', code: 'DEVICE_NOT_FOUND', message: 'no such device' }];
    for (const schedule of schedules) {
      await comes(schedule);
      await become(schedule, [{ state: 'failed', session_id: null, error: { code: 'VALIDATION_FAILED', message: 'targets.0.device_id no such device' } }]);
    }
    stage.worker.errors = [];
  });

  it('looks at a schedule with jitter when its own moment comes, and not before', async () => {
    const { schedule_id, next_runs } = await create({ jitter_sec: 3_600 });
    const [row] = await stage.query<{ attention_at: Date }>(`SELECT attention_at FROM schedules WHERE schedule_id = $1`, [schedule_id]);
    expect(row?.attention_at.getTime()).toBe(fireAt({ scheduleId: schedule_id, jitterSec: 3_600 }, Date.parse(next_runs[0] ?? '')));
  });

  it('is one calendar with what was run and what will be', async () => {
    const schedule = await create({ cron: '*/30 * * * *' });
    const since = new Date(systemClock.now() + 60_000);
    const until = new Date(since.getTime() + 3 * 3_600_000);
    const calendar = await stage.gateway.ask(scheduleRpc.calendar, { since: since.toISOString(), until: until.toISOString() });
    expect(calendar.planned.filter(({ schedule_id }) => schedule_id === schedule.schedule_id)).toHaveLength(6);
    const past = await stage.gateway.ask(scheduleRpc.calendar, { since: new Date(systemClock.now() - 3_600_000).toISOString(), until: new Date(systemClock.now()).toISOString() });
    expect(past.runs.map(({ state }) => state)).toContain('started');
  });
});
