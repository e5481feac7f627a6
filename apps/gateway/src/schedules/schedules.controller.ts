import { type AnswerOf, routes, scheduleRpc } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';

/** Schedules: every method is one question to the orchestrator. */
@Controller()
export class SchedulesController {
  constructor(private readonly rpc: RpcClient) {}

  @Endpoint(routes.listSchedules)
  list(@Input() { query }: CallOf<typeof routes.listSchedules>): Promise<AnswerOf<typeof routes.listSchedules>> {
    return this.rpc.call(scheduleRpc.list, query);
  }

  @Endpoint(routes.createSchedule)
  create(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.createSchedule>): Promise<AnswerOf<typeof routes.createSchedule>> {
    return this.rpc.call(scheduleRpc.create, { schedule_id: newId, requested_by: actor, schedule: body });
  }

  @Endpoint(routes.previewSchedule)
  preview(@Input() { body }: CallOf<typeof routes.previewSchedule>): Promise<AnswerOf<typeof routes.previewSchedule>> {
    return this.rpc.call(scheduleRpc.preview, body);
  }

  @Endpoint(routes.getSchedule)
  get(@Input() { params }: CallOf<typeof routes.getSchedule>): Promise<AnswerOf<typeof routes.getSchedule>> {
    return this.rpc.call(scheduleRpc.get, { schedule_id: params.id });
  }

  @Endpoint(routes.updateSchedule)
  update(@Input() { params, body }: CallOf<typeof routes.updateSchedule>): Promise<AnswerOf<typeof routes.updateSchedule>> {
    const { revision, ...schedule } = body;
    return this.rpc.call(scheduleRpc.update, { schedule_id: params.id, revision, schedule });
  }

  @Endpoint(routes.patchSchedule)
  patch(@Input() { params, body }: CallOf<typeof routes.patchSchedule>): Promise<AnswerOf<typeof routes.patchSchedule>> {
    return this.rpc.call(scheduleRpc.enable, { schedule_id: params.id, enabled: body.enabled });
  }

  @Endpoint(routes.deleteSchedule)
  async remove(@Input() { params }: CallOf<typeof routes.deleteSchedule>): Promise<void> {
    await this.rpc.call(scheduleRpc.remove, { schedule_id: params.id });
  }

  @Endpoint(routes.runSchedule)
  run(@Caller() { actor }: Principal, @Input() { params, newId }: CallOf<typeof routes.runSchedule>): Promise<AnswerOf<typeof routes.runSchedule>> {
    return this.rpc.call(scheduleRpc.runNow, { schedule_id: params.id, run_id: newId, requested_by: actor });
  }

  @Endpoint(routes.listScheduleRuns)
  runs(@Input() { params, query }: CallOf<typeof routes.listScheduleRuns>): Promise<AnswerOf<typeof routes.listScheduleRuns>> {
    return this.rpc.call(scheduleRpc.runs, { ...query, schedule_id: params.id });
  }

  @Endpoint(routes.calendar)
  calendar(@Input() { query }: CallOf<typeof routes.calendar>): Promise<AnswerOf<typeof routes.calendar>> {
    return this.rpc.call(scheduleRpc.calendar, query);
  }
}
