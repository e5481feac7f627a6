import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of the device-collector. Names without a schema: the connection's search path is the service's own schema. */
export class CreateCollector1793600000000 implements MigrationInterface {
  readonly name = 'CreateCollector1793600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE credentials (
        credential_id uuid NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        username text NOT NULL,
        session_id uuid,
        sealed jsonb NOT NULL,
        has_password boolean NOT NULL,
        has_private_key boolean NOT NULL,
        has_passphrase boolean NOT NULL,
        has_enable_secret boolean NOT NULL,
        created_at timestamptz(3) NOT NULL,
        created_by text NOT NULL,
        last_used_at timestamptz(3),
        CONSTRAINT credentials_pkey PRIMARY KEY (credential_id),
        CONSTRAINT credentials_kind CHECK (kind IN ('password', 'ssh_key', 'app_password'))
      )`);
    await runner.query(`CREATE INDEX credentials_listed ON credentials (name, credential_id) WHERE session_id IS NULL`);
    await runner.query(`CREATE UNIQUE INDEX credentials_name ON credentials (lower(name)) WHERE session_id IS NULL`);
    await runner.query(`CREATE INDEX credentials_session ON credentials (session_id) WHERE session_id IS NOT NULL`);

    await runner.query(`
      CREATE TABLE session_credentials (
        session_id uuid NOT NULL,
        credential_id uuid NOT NULL,
        CONSTRAINT session_credentials_pkey PRIMARY KEY (session_id, credential_id),
        CONSTRAINT session_credentials_credential FOREIGN KEY (credential_id) REFERENCES credentials (credential_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX session_credentials_by_credential ON session_credentials (credential_id)`);

    await runner.query(`
      CREATE TABLE sealing_keys (
        purpose text NOT NULL,
        sealed jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT sealing_keys_pkey PRIMARY KEY (purpose)
      )`);

    await runner.query(`
      CREATE TABLE host_keys (
        host_key_id uuid NOT NULL,
        host text NOT NULL,
        port int NOT NULL,
        algorithm text NOT NULL,
        fingerprint text NOT NULL,
        status text NOT NULL,
        trusted_algorithm text,
        trusted_fingerprint text,
        first_seen_at timestamptz(3) NOT NULL,
        last_seen_at timestamptz(3) NOT NULL,
        CONSTRAINT host_keys_pkey PRIMARY KEY (host_key_id),
        CONSTRAINT host_keys_host UNIQUE (host, port),
        CONSTRAINT host_keys_status CHECK (status IN ('trusted', 'changed'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['host_keys', 'sealing_keys', 'session_credentials', 'credentials']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
