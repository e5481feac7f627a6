import { type AnswerOf, routes, STORAGE_OWNERS, type StorageOwner, storageRpc } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../http/endpoint';

/** What is stored, asked of every service that keeps objects; one that is away does not hide the others. */
@Controller()
export class StorageController {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Endpoint(routes.storage)
  async storage(): Promise<AnswerOf<typeof routes.storage>> {
    const answers = await this.ofEach((owner) => this.rpc.call(storageRpc[owner].read, {}));
    return {
      at: isoTime(this.clock.now()),
      stores: answers.flatMap(({ owner, answer }) => answer?.stores.map((store) => ({ ...store, owner })) ?? []),
      sweeps: answers.flatMap(({ owner, answer }) => answer?.sweeps.map((sweep) => ({ ...sweep, owner })) ?? []),
      missing: answers.flatMap(({ owner, error }) => (error === undefined ? [] : [{ owner, error }])),
    };
  }

  @Endpoint(routes.sweepStorage)
  async sweep(): Promise<AnswerOf<typeof routes.sweepStorage>> {
    const answers = await this.ofEach((owner) => this.rpc.call(storageRpc[owner].sweep, {}));
    return { started: answers.filter(({ error }) => error === undefined).map(({ owner }) => owner), missing: answers.filter(({ error }) => error !== undefined).map(({ owner }) => owner) };
  }

  private ofEach<Answer>(ask: (owner: StorageOwner) => Promise<Answer>): Promise<{ owner: StorageOwner; answer?: Answer; error?: string }[]> {
    return Promise.all(
      STORAGE_OWNERS.map(async (owner) => {
        try {
          return { owner, answer: await ask(owner) };
        } catch (error) {
          return { owner, error: AppError.from(error).code };
        }
      }),
    );
  }
}
