import { checkTargets, TARGET_KINDS, type TargetRequest, type WorkerName } from '@capstan/contracts';
import { type FieldError, validationError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { Injectable } from '@nestjs/common';

/** Asks the workers whether they could do what is asked, before anything is stored. */
@Injectable()
export class TargetCheckClient {
  constructor(private readonly rpc: RpcClient) {}

  /** @throws AppError `VALIDATION_FAILED` with paths into the session; `SERVICE_UNAVAILABLE` or `RPC_TIMEOUT` when a worker is away */
  async check(targets: readonly TargetRequest[], signal?: AbortSignal): Promise<void> {
    const byWorker = new Map<WorkerName, number[]>();
    targets.forEach((target, index) => {
      const { worker } = TARGET_KINDS[target.kind];
      byWorker.set(worker, [...(byWorker.get(worker) ?? []), index]);
    });
    const answers = await Promise.all([...byWorker].map(([worker, indexes]) => this.ask(worker, targets, indexes, signal)));
    const errors = answers.flat();
    if (errors.length > 0) {
      throw validationError(errors);
    }
  }

  private async ask(worker: WorkerName, targets: readonly TargetRequest[], indexes: readonly number[], signal?: AbortSignal): Promise<FieldError[]> {
    const asked = indexes.flatMap((index) => {
      const target = targets[index];
      return target === undefined ? [] : [{ kind: target.kind, spec: { ...target } }];
    });
    const { errors } = await this.rpc.call(checkTargets[worker], { targets: asked }, { signal });
    return errors.map(({ index, path, code, message }) => ({ path: pathOf(indexes[index] ?? index, path), code, message }));
  }
}

function pathOf(index: number, path: string): string {
  return path === '' ? `targets.${index}` : `targets.${index}.${path}`;
}
