import { checkTargets, type RequestOf, type ResponseOf, type WorkerName } from '@capstan/contracts';
import type { FieldError } from '@capstan/kernel';
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
    async answer({ targets }: RequestOf<Question>): Promise<ResponseOf<Question>> {
      const kinds = [...new Set(targets.map(({ kind }) => kind))];
      const found = await Promise.all(
        kinds.map(async (kind) => {
          const asked = targets.flatMap((target, index) => (target.kind === kind ? [{ index, spec: target.spec }] : []));
          const errors = await this.check(kind, asked.map(({ spec }) => spec));
          return asked.flatMap(({ index }, place) => (errors[place] ?? []).map((error) => ({ index, ...error })));
        }),
      );
      return { errors: found.flat().sort((left, right) => left.index - right.index) };
    }

    private check(kind: string, specs: readonly Readonly<Record<string, unknown>>[]): Promise<FieldError[][]> {
      const executor = this.executors.find((candidate) => candidate.kind === kind);
      if (executor === undefined) {
        return Promise.resolve(specs.map(() => [{ path: 'kind', code: 'KIND_UNKNOWN', message: `targets of kind ${JSON.stringify(kind)} are not known here` }]));
      }
      return executor.checkAll?.(specs) ?? Promise.all(specs.map((spec) => executor.check(spec)));
    }
  }
  return CheckTargetsController;
}
