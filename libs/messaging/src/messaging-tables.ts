import { InboxMessage } from './inbox/inbox-message.entity';
import { CreateOutboxAndInbox1793500000000 } from './outbox/create-outbox-and-inbox.migration';
import { OutboxMessage } from './outbox/outbox-message.entity';

/** Entities every service adds to its own data source. */
export const messagingEntities = [OutboxMessage, InboxMessage] as const;

/** Migrations every service runs in its own schema, oldest first. */
export const messagingMigrations = [CreateOutboxAndInbox1793500000000] as const;
