import { checkTargets, TARGET_KINDS, type TargetRequest, type WorkerName } from '@capstan/contracts';
import { AppError, type FieldError, validationError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { Injectable } from '@nestjs/common';

/** A target, and where it stands in what was asked. */
interface Place {
  readonly session: number;
  readonly index: number;
  readonly target: TargetRequest;
}

/** Asks the workers whether they could do what is asked, before anything is stored. */
@Injectable()
export class TargetCheckClient {
  constructor(private readonly rpc: RpcClient) {}

  /** @throws AppError `VALIDATION_FAILED` with paths into the session; `SERVICE_UNAVAILABLE` or `RPC_TIMEOUT` when a worker is away */
  async check(targets: readonly TargetRequest[], signal?: AbortSignal): Promise<void> {
    const [refusal] = await this.checkAll([targets], signal);
    if (refusal !== undefined) {
      throw refusal;
    }
  }

  /**
   * Checks the targets of several sessions, with one question to each worker.
   * @returns for each session what {@link check} would throw; undefined where nothing is wrong
   */
  async checkAll(sessions: readonly (readonly TargetRequest[])[], signal?: AbortSignal): Promise<(AppError | undefined)[]> {
    const byWorker = new Map<WorkerName, Place[]>();
    sessions.forEach((targets, session) =>
      targets.forEach((target, index) => {
        const { worker } = TARGET_KINDS[target.kind];
        byWorker.set(worker, [...(byWorker.get(worker) ?? []), { session, index, target }]);
      }),
    );
    const failures = new Map<number, AppError>();
    const errors = new Map<number, FieldError[]>();
    await Promise.all(
      [...byWorker].map(async ([worker, places]) => {
        try {
          for (const { session, error } of await this.ask(worker, places, signal)) {
            errors.set(session, [...(errors.get(session) ?? []), error]);
          }
        } catch (error) {
          places.forEach(({ session }) => failures.set(session, AppError.from(error)));
        }
      }),
    );
    return sessions.map((_, session) => {
      const found = errors.get(session);
      return failures.get(session) ?? (found === undefined ? undefined : validationError(found));
    });
  }

  private async ask(worker: WorkerName, places: readonly Place[], signal?: AbortSignal): Promise<{ session: number; error: FieldError }[]> {
    const { errors } = await this.rpc.call(checkTargets[worker], { targets: places.map(({ target }) => ({ kind: target.kind, spec: { ...target } })) }, { signal });
    return errors.map(({ index, path, code, message }) => {
      const place = places[index] ?? { session: 0, index };
      return { session: place.session, error: { path: pathOf(place.index, path), code, message } };
    });
  }
}

function pathOf(index: number, path: string): string {
  return path === '' ? `targets.${index}` : `targets.${index}.${path}`;
}
