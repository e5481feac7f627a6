import type { Envelope } from '@capstan/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { OutboxMessage, type OutboxChannel } from './outbox-message.entity';

/** A row to be. */
export interface NewOutboxRow {
  readonly id: string;
  readonly channel: OutboxChannel;
  readonly type: string;
  readonly partitionKey: string;
  readonly envelope: Envelope;
}

/** Where the outbox of a data source is, and on which channel its arrivals are notified. */
export interface OutboxPlace {
  /** Quoted and with its schema. */
  readonly table: string;
  readonly notifyChannel: string;
}

/** @throws when the entities of messaging are not part of the data source */
export function outboxPlace(source: DataSource): OutboxPlace {
  const { schema, tableName } = source.getMetadata(OutboxMessage);
  const quoted = [schema, tableName].filter((part): part is string => part !== undefined).map((part) => `"${part.replaceAll('"', '""')}"`);
  // Channels belong to the database, not to a schema.
  return { table: quoted.join('.'), notifyChannel: `${schema ?? 'public'}_${tableName}` };
}

/**
 * Inserts rows in their order and notifies the relay; PostgreSQL delivers the notification at the commit, and drops it with a rollback.
 * One round trip, however many rows.
 */
export async function insertIntoOutbox(manager: EntityManager, rows: readonly NewOutboxRow[]): Promise<void> {
  const { table, notifyChannel } = outboxPlace(manager.dataSource);
  await manager.query(
    `WITH added AS (
       INSERT INTO ${table} ("id", "channel", "type", "partition_key", "envelope")
       SELECT "id", "channel", "type", "partition_key", "envelope"::json
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS r("id", "channel", "type", "partition_key", "envelope", "place")
       ORDER BY "place" RETURNING 1)
     SELECT pg_notify($6, '') FROM (SELECT count(*) FROM added) AS all_rows`,
    [
      rows.map(({ id }) => id),
      rows.map(({ channel }) => channel),
      rows.map(({ type }) => type),
      rows.map(({ partitionKey }) => partitionKey),
      rows.map(({ envelope }) => JSON.stringify(envelope)),
      notifyChannel,
    ],
  );
}

/** How many messages wait. */
export async function countOutbox(source: DataSource): Promise<number> {
  const [row] = (await source.query(`SELECT count(*)::int AS pending FROM ${outboxPlace(source).table}`)) as { pending: number }[];
  return row?.pending ?? 0;
}
