import type { DataSource, EntityManager } from 'typeorm';
import { InboxMessage } from './inbox-message.entity';

/** Quoted and with its schema. @throws when the entities of messaging are not part of the data source */
export function inboxTable(source: DataSource): string {
  const { schema, tableName } = source.getMetadata(InboxMessage);
  return [schema, tableName]
    .filter((part): part is string => part !== undefined)
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}

/**
 * Notes in the handler's transaction that a message was taken. A second delivery that runs at the same time waits here for the first
 * one's commit: the conflict is decided by PostgreSQL, not by a look beforehand.
 * @returns false when it was taken before
 */
export async function takeOnce(manager: EntityManager, consumer: string, messageId: string): Promise<boolean> {
  return (await takeAllOnce(manager, [{ consumer, messageId }])).has(messageId);
}

/** As {@link takeOnce}, of several messages. @returns the ids of those that were not taken before */
export async function takeAllOnce(manager: EntityManager, messages: readonly { readonly consumer: string; readonly messageId: string }[]): Promise<Set<string>> {
  const taken = (await manager.query(
    // In one order, so that two who take the same messages do not wait for each other in a circle.
    `INSERT INTO ${inboxTable(manager.dataSource)} ("consumer", "message_id") SELECT * FROM unnest($1::text[], $2::text[]) AS m("consumer", "message_id") ORDER BY 1, 2
     ON CONFLICT DO NOTHING RETURNING "message_id"`,
    [messages.map(({ consumer }) => consumer), messages.map(({ messageId }) => messageId)],
  )) as { message_id: string }[];
  return new Set(taken.map(({ message_id: id }) => id));
}
