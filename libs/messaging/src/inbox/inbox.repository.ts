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
  const taken = (await manager.query(`INSERT INTO ${inboxTable(manager.dataSource)} ("consumer", "message_id") VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1`, [
    consumer,
    messageId,
  ])) as unknown[];
  return taken.length > 0;
}
