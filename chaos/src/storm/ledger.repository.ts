import { type ServiceName, SERVICES } from '@capstan/contracts';
import { schemaOf } from '@capstan/persistence';
import { Client } from 'pg';

/** Services that hold leases on tasks. */
const WORKERS: readonly ServiceName[] = ['device-collector', 'camera-service', 'sdr-acquirer'];

/** What the tables say beside the API. */
export interface Ledger {
  /** Messages in an outbox; tasks, leases and sessions that are not over; things that wait on devices to be removed. Empty when all work is done. */
  readonly unfinished: readonly string[];
  /** Sessions whose files wait on devices until somebody collects them again. */
  readonly uncollected: readonly string[];
  /** How often tasks of collections were claimed: each claim may log in once more. */
  readonly collectionClaims: number;
  /** Tasks that more than one process held, one after the other. */
  readonly takenOver: number;
}

/** Reads, as the database's administrator, what nobody may have left behind. */
export async function readLedger(adminUrl: string): Promise<Ledger> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const count = async (sql: string): Promise<number> => Number((await client.query<{ count: string }>(sql)).rows[0]?.count ?? 0);
    const leftovers = `"${schemaOf('device-collector')}".device_leftovers`;
    const unfinished: string[] = [];
    const expectNone = async (what: string, from: string): Promise<void> => {
      const found = await count(`SELECT count(*) FROM ${from}`);
      if (found > 0) {
        unfinished.push(`${found} ${what}`);
      }
    };
    for (const service of SERVICES) {
      await expectNone(`messages in the outbox of ${service}`, `"${schemaOf(service)}".outbox`);
    }
    for (const service of WORKERS) {
      await expectNone(`open tasks of ${service}`, `"${schemaOf(service)}".tasks WHERE finished_at IS NULL`);
    }
    await expectNone('devices with something to remove', `${leftovers} WHERE kind = 'debris'`);
    await expectNone('sessions that go on', `"${schemaOf('capture-orchestrator')}".sessions WHERE completed_at IS NULL`);
    const tasks = `"${schemaOf('device-collector')}".tasks`;
    return {
      unfinished,
      uncollected: (await client.query<{ session_id: string }>(`SELECT DISTINCT session_id FROM ${leftovers} WHERE kind = 'files'`)).rows.map(({ session_id: id }) => id),
      collectionClaims: await count(`SELECT coalesce(sum(fence), 0) AS count FROM ${tasks} WHERE kind = 'collection'`),
      takenOver: await count(`SELECT count(*) FROM (${WORKERS.map((service) => `SELECT task_id FROM "${schemaOf(service)}".tasks WHERE fence > 1`).join(' UNION ALL ')}) AS taken`),
    };
  } finally {
    await client.end();
  }
}
