import type { ServiceName } from '@capstan/contracts';
import type { MessagingOptions } from '@capstan/messaging';
import type { DynamicModule, Type } from '@nestjs/common';
import type { BaseConfig, ObjectStoreSettings, VaultSettings } from './config/config';

/** Class of a migration or entity, as TypeORM takes it. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own signature
export type TypeOrmClass = Function;

/** Everything that makes a service out of its root module. */
export interface ServiceDefinition {
  readonly name: ServiceName;
  /** The service's composition root. */
  readonly module: Type | DynamicModule;
  readonly config: BaseConfig & Partial<ObjectStoreSettings> & Partial<VaultSettings>;
  /** Tables of the service beside those of messaging. */
  readonly database: { readonly entities: readonly TypeOrmClass[]; readonly migrations: readonly TypeOrmClass[] };
  /** Whether it reads or writes artifacts. */
  readonly objectStore?: boolean;
  /** Whether it keeps secrets. */
  readonly vault?: boolean;
  /** Deliveries handled at a time per consumer, where the defaults of messaging do not suit. */
  readonly prefetch?: MessagingOptions['prefetch'];
  /** Facts that share a transaction, see messaging's option of this name. */
  readonly eventsTogether?: MessagingOptions['eventsTogether'];
  /** A public HTTP port; only the gateway has one. */
  readonly http?: { readonly host: string; readonly port: number };
}
