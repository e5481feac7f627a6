import { Client, escapeIdentifier } from 'pg';
import type { OutboxChannel } from './outbox-message.entity';
import type { OutboxPlace } from './outbox.repository';

/** A row as the relay publishes it. */
export interface OutboxRow {
  readonly position: string;
  readonly id: string;
  readonly channel: OutboxChannel;
  readonly type: string;
  readonly partitionKey: string;
  /** The body, as it was stored. */
  readonly body: string;
  /** Failed publications so far. */
  readonly attempts: number;
  /** Seconds since it was added. */
  readonly ageSec: number;
}

/** Tables and names a session works with. */
export interface RelayTables extends OutboxPlace {
  readonly inboxTable: string;
}

const QUERY_TIMEOUT_MS = 10_000;
const PRUNE_BATCH = 5_000;

/**
 * The relay's own connection to PostgreSQL: it listens, holds the lock of the one active relay, and reads and deletes rows.
 * One connection for all of it, because then a relay that has lost the lock cannot delete anything any more either.
 */
export class RelaySession {
  private constructor(
    private readonly client: Client,
    private readonly tables: RelayTables,
  ) {}

  /**
   * Connects and listens.
   * @param onLost called once when the connection is gone
   */
  static async open(options: { url: string; applicationName: string; tables: RelayTables; onNotify: () => void; onLost: () => void }): Promise<RelaySession> {
    const client = new Client({
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', options.onLost);
    client.on('end', options.onLost);
    client.on('notification', options.onNotify);
    try {
      await client.connect();
      await client.query(`LISTEN ${escapeIdentifier(options.tables.notifyChannel)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    return new RelaySession(client, options.tables);
  }

  /** Takes the lock of the schema's one active relay; PostgreSQL frees it when this connection ends, however it ends. */
  async tryLead(): Promise<boolean> {
    const { rows } = await this.client.query<{ leads: boolean }>("SELECT pg_try_advisory_lock(hashtextextended('capstan:outbox:' || $1, 0)) AS leads", [this.tables.table]);
    return rows[0]?.leads === true;
  }

  /** The oldest rows, in order, without those whose partition is held back. */
  async read(limit: number): Promise<OutboxRow[]> {
    const { rows } = await this.client.query<OutboxRow>(
      `SELECT o."position", o."id", o."channel", o."type", o."partition_key" AS "partitionKey", o."envelope"::text AS "body", o."attempts",
              extract(epoch FROM clock_timestamp() - o."created_at")::float8 AS "ageSec"
         FROM ${this.tables.table} o
        WHERE NOT EXISTS (SELECT 1 FROM ${this.tables.table} held WHERE held."partition_key" = o."partition_key" AND held."postponed_until" > now())
        ORDER BY o."position"
        LIMIT $1`,
      [limit],
    );
    return rows;
  }

  /** Forgets rows the broker has confirmed. */
  async remove(positions: readonly string[]): Promise<void> {
    await this.client.query(`DELETE FROM ${this.tables.table} WHERE "position" = ANY($1::bigint[])`, [positions]);
  }

  /** Holds back a row, and with it its partition. */
  async postpone(position: string, delayMs: number, error: string): Promise<void> {
    await this.client.query(
      `UPDATE ${this.tables.table} SET "attempts" = "attempts" + 1, "postponed_until" = now() + $2 * interval '1 millisecond', "last_error" = $3 WHERE "position" = $1`,
      [position, delayMs, error.slice(0, 500)],
    );
  }

  /** Seconds the oldest row has been waiting; 0 when there is none. */
  async lagSec(): Promise<number> {
    const { rows } = await this.client.query<{ lag: number | null }>(
      `SELECT extract(epoch FROM clock_timestamp() - "created_at")::float8 AS lag FROM ${this.tables.table} ORDER BY "position" LIMIT 1`,
    );
    return Math.max(0, rows[0]?.lag ?? 0);
  }

  /** Removes old inbox rows in small steps, so that no lock is held for long. @returns how many */
  async pruneInbox(retentionMs: number): Promise<number> {
    let pruned = 0;
    for (;;) {
      const { rowCount } = await this.client.query(
        `DELETE FROM ${this.tables.inboxTable} WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM ${this.tables.inboxTable} WHERE "received_at" < now() - $1 * interval '1 millisecond' LIMIT ${PRUNE_BATCH}))`,
        [retentionMs],
      );
      pruned += rowCount ?? 0;
      if ((rowCount ?? 0) < PRUNE_BATCH) {
        return pruned;
      }
    }
  }

  /** Gives up the lock and the connection. */
  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}
