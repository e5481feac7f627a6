import { type ResponseOf, type StorageOwner, storageRpc } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { OnRpc, Outbox } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { Controller, Inject, type Provider, type Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CLOCK, OBJECT_STORE } from '../tokens';
import { type SweepPolicy, StorageSweeper } from './storage-sweeper.service';
import type { StorageKeeper } from './stored-objects';

/** Time limits of the settings, as the sweeper takes them. */
export function sweepPolicyOf(config: { readonly CAPSTAN_SWEEP_HOURS: number; readonly CAPSTAN_ORPHAN_HOURS: number }): SweepPolicy {
  return { everyMs: config.CAPSTAN_SWEEP_HOURS * 3_600_000, graceMs: config.CAPSTAN_ORPHAN_HOURS * 3_600_000 };
}

/** The sweeper of a service, from the provider that knows its rows. */
export function provideSweeper(owner: StorageOwner, keeper: Type<StorageKeeper>, policy: SweepPolicy): Provider {
  return {
    provide: StorageSweeper,
    useFactory: (parts: StorageKeeper, dataSource: DataSource, store: ObjectStore, outbox: Outbox, clock: Clock) => new StorageSweeper(owner, parts.objects, policy, dataSource, store, outbox, clock),
    inject: [keeper, DataSource, OBJECT_STORE, Outbox, CLOCK],
  };
}

/** The controller that answers the questions about the storage of `owner`. */
export function storageController(owner: StorageOwner, keeper: Type<StorageKeeper>): Type {
  const questions = storageRpc[owner];

  @Controller()
  class StorageRpcController {
    constructor(
      @Inject(keeper) private readonly parts: StorageKeeper,
      private readonly sweeper: StorageSweeper,
    ) {}

    @OnRpc(questions.read)
    async read(): Promise<ResponseOf<typeof questions.read>> {
      const [stores, sweeps] = await Promise.all([this.parts.usage(), this.sweeper.reports()]);
      return { stores, sweeps };
    }

    @OnRpc(questions.sweep)
    async sweep(): Promise<ResponseOf<typeof questions.sweep>> {
      await this.sweeper.order();
      return {};
    }
  }
  return StorageRpcController;
}
