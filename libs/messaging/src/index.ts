export { platformCatalogue, type MessagingCatalogue } from './messaging-catalogue';
export { CONSUMER_CLASSES, type ConsumerClass, type MessagingOptions } from './messaging-options';
export { MESSAGING_METRICS, noMetrics, type HandledOutcome, type MessagingMetrics } from './metrics';
export { currentMessageContext, messageContext, runInMessageContext, type MessageContext } from './envelope/message-context';
export { currentTraceparent, inSpan } from './envelope/trace';
export { Outbox, type OutboxOptions, outgoing, type OutgoingMessage } from './outbox/outbox';
export { messagingEntities, messagingMigrations } from './messaging-tables';
export { duplicate, ok, reject, retry, type Outcome } from './pipeline/outcome';
export type { ControlContext, DeliveryContext, RpcContext } from './pipeline/contexts';
export { RpcClient, type RpcOptions } from './rpc/rpc-client';
export { ProgressPublisher, type ProgressSubject } from './progress/progress-publisher';
export { LiveFeed, type LiveFeedOptions } from './live-feed/live-feed';
export { OnCommand, OnControl, OnEvent, OnRpc, type InvalidDataHandler, type OnMessageOptions } from './nest/decorators';
export { MessagingModule } from './nest/messaging.module';
export { MessagingStatus } from './nest/messaging-status';
export { ParkingDesk } from './nest/parking-desk';
export { type ParkedMessage } from './parking/parking-lot.client';
export { MessagingStrategy } from './nest/messaging.strategy';
export { EXCHANGES, queueOf } from './topology/names';
export { deriveTopology } from './topology/topology';
export {
  publisherPermissions,
  publisherQueuePrefix,
  servicePermissions,
  type BrokerAccess,
  type BrokerPermission,
  type BrokerTopicPermission,
} from './topology/permissions';
