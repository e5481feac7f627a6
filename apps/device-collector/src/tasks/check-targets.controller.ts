import { checkTargets, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller, Inject } from '@nestjs/common';
import { TASK_EXECUTORS, type TaskExecutor } from './task-executor';

const question = checkTargets['device-collector'];

/** Says what is wrong with targets before a session is stored, without touching a device. */
@Controller()
export class CheckTargetsController {
  constructor(@Inject(TASK_EXECUTORS) private readonly executors: readonly TaskExecutor[]) {}

  @OnRpc(question)
  async check({ targets }: RequestOf<typeof question>): Promise<ResponseOf<typeof question>> {
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
