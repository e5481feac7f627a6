import { checkTargets, type RequestOf, type ResponseOf, type WorkerName } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller, Inject, type Type } from '@nestjs/common';
import { TASK_EXECUTORS, type TaskExecutor } from './task-executor';

type Question = (typeof checkTargets)[WorkerName];

/** The controller that says, in the name of `worker`, what is wrong with targets before a session is stored, without touching a device. */
export function checkTargetsController(worker: WorkerName): Type {
  @Controller()
  class CheckTargetsController {
    constructor(@Inject(TASK_EXECUTORS) private readonly executors: readonly TaskExecutor[]) {}

    @OnRpc(checkTargets[worker])
    async check({ targets }: RequestOf<Question>): Promise<ResponseOf<Question>> {
      const found = await Promise.all(
        targets.map(async ({ kind, spec }, index) => {
          const executor = this.executors.find((candidate) => candidate.kind === kind);
          const errors = executor === undefined ? [{ path: 'kind', code: 'KIND_UNKNOWN', message: `targets of kind ${JSON.stringify(kind)} are not known here` }] : await executor.check(spec);
          return errors.map((error) => ({ index, ...error }));
        }),
      );
      return { errors: found.flat() };
    }
  }
  return CheckTargetsController;
}
