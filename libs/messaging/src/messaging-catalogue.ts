import {
  LIVE_EVENTS,
  SERVICES,
  SUBSCRIPTIONS,
  WORKERS,
  catalogue,
  type CommandDefinition,
  type ControlDefinition,
  type EventDefinition,
  type ProgressDefinition,
  type RpcDefinition,
  type ServiceName,
} from '@capstan/contracts';

/** Everything that may travel, who stores what, and who works. The topology and the boot checks are derived from it. */
export interface MessagingCatalogue {
  readonly services: readonly ServiceName[];
  readonly commands: readonly CommandDefinition[];
  readonly events: readonly EventDefinition[];
  readonly rpcs: readonly RpcDefinition[];
  readonly progress: readonly ProgressDefinition[];
  readonly controls: readonly ControlDefinition[];
  /** Types of the facts each service stores through its durable queue. */
  readonly subscriptions: Readonly<Partial<Record<ServiceName, readonly string[]>>>;
  /** Types of the facts a live feed may ask for. */
  readonly liveEvents: readonly string[];
  /** The services that must handle every control hint. */
  readonly workers: readonly ServiceName[];
}

/** The catalogue of the platform, as `@capstan/contracts` defines it. */
export const platformCatalogue: MessagingCatalogue = {
  services: SERVICES,
  commands: catalogue.commands,
  events: catalogue.events,
  rpcs: catalogue.rpcs,
  progress: catalogue.progress,
  controls: catalogue.controls,
  subscriptions: SUBSCRIPTIONS,
  liveEvents: LIVE_EVENTS,
  workers: WORKERS,
};
