import { createObjectStore, digest, type ObjectStore } from '@capstan/object-store';
import { createDataSource } from '@capstan/persistence';

/** Where services keep the keys and hashes of what they have stored; what is being removed does not count. */
const RECORDS = [
  { what: 'artifacts', query: `SELECT key, sha256 FROM capture_orchestrator.artifacts` },
  { what: 'snapshots', query: `SELECT key, sha256 FROM camera_service.snapshots WHERE stored AND doomed_at IS NULL AND session_id IS NULL` },
  { what: 'chunks of recordings', query: `SELECT key, sha256 FROM sdr_acquirer.chunks WHERE key IS NOT NULL AND sha256 IS NOT NULL` },
  // Sealed, and so proven when they are opened; here they only have to be there.
  { what: 'texts of devices', query: `SELECT key, NULL AS sha256 FROM device_collector.capture_blobs` },
] as const;

/** What was found when the objects were compared with the records of the database. */
export interface ObjectCheck {
  /** Objects compared, by kind. */
  readonly compared: Readonly<Record<string, number>>;
  /** Keys that are missing or whose bytes are not those of the record. */
  readonly differences: readonly string[];
}

/**
 * Reads every object the database knows of, and compares its bytes with the hash from which manifests are made.
 * @param databaseUrl of the administrator
 */
export async function checkStoredObjects(databaseUrl: string, objectsDir: string): Promise<ObjectCheck> {
  const dataSource = createDataSource({ url: databaseUrl, service: 'restore', entities: [], migrations: [], poolSize: 1, applicationName: 'capstan-restore' });
  await dataSource.initialize();
  const store = createObjectStore({ kind: 'local', dir: objectsDir });
  try {
    const compared: Record<string, number> = {};
    const differences: string[] = [];
    for (const { what, query } of RECORDS) {
      const records = (await dataSource.query(query)) as { key: string; sha256: string | null }[];
      compared[what] = records.length;
      for (const { key, sha256 } of records) {
        const whole = sha256 === null ? (await store.stat(key)) !== undefined : (await hashOf(store, key)) === sha256;
        if (!whole) {
          differences.push(key);
        }
      }
    }
    return { compared, differences };
  } finally {
    await store.close();
    await dataSource.destroy();
  }
}

async function hashOf(store: ObjectStore, key: string): Promise<string | undefined> {
  return (await store.stat(key)) === undefined ? undefined : (await digest(await store.get(key))).sha256;
}
