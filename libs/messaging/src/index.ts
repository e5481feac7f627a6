export { platformCatalogue, type MessagingCatalogue } from './messaging-catalogue';
export { CONSUMER_CLASSES, type ConsumerClass, type MessagingOptions } from './messaging-options';
export { noMetrics, type HandledOutcome, type MessagingMetrics } from './metrics';
export { currentMessageContext, messageContext, runInMessageContext, type MessageContext } from './envelope/message-context';
export { Outbox, type OutboxOptions } from './outbox/outbox';
export { messagingEntities, messagingMigrations } from './messaging-tables';
export { duplicate, ok, reject, retry, type Outcome } from './pipeline/outcome';
export type { ControlContext, DeliveryContext, RpcContext } from './pipeline/contexts';
export { OnCommand, OnControl, OnEvent, OnRpc, type InvalidDataHandler, type OnMessageOptions } from './nest/decorators';
