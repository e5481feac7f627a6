import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, API tokens, refresh tokens, sign-in attempts, idempotency keys and the audit log. */
export class CreateGateway1763700000000 implements MigrationInterface {
  readonly name = 'CreateGateway1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        user_id uuid NOT NULL,
        username text NOT NULL,
        username_key text NOT NULL,
        display_name text NOT NULL,
        role text NOT NULL,
        password_hash text NOT NULL,
        must_change_password boolean NOT NULL,
        disabled boolean NOT NULL,
        token_version integer NOT NULL,
        created_at timestamptz NOT NULL,
        last_sign_in_at timestamptz,
        CONSTRAINT users_pk PRIMARY KEY (user_id),
        CONSTRAINT users_username_key_unique UNIQUE (username_key)
      )`);
    await runner.query(`
      CREATE TABLE api_tokens (
        token_id uuid NOT NULL,
        name text NOT NULL,
        prefix text NOT NULL,
        token_hash text NOT NULL,
        permissions text[] NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        last_used_at timestamptz,
        CONSTRAINT api_tokens_pk PRIMARY KEY (token_id),
        CONSTRAINT api_tokens_hash_unique UNIQUE (token_hash)
      )`);
    await runner.query(`
      CREATE TABLE refresh_tokens (
        token_id uuid NOT NULL,
        family_id uuid NOT NULL,
        user_id uuid NOT NULL,
        token_hash text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        family_expires_at timestamptz NOT NULL,
        used_at timestamptz,
        revoked_at timestamptz,
        CONSTRAINT refresh_tokens_pk PRIMARY KEY (token_id),
        CONSTRAINT refresh_tokens_hash_unique UNIQUE (token_hash),
        CONSTRAINT refresh_tokens_user_fk FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id)');
    await runner.query('CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id)');
    await runner.query('CREATE INDEX refresh_tokens_expiry ON refresh_tokens (family_expires_at)');
    await runner.query(`
      CREATE TABLE sign_in_attempts (
        attempt_key text NOT NULL,
        failures integer NOT NULL,
        last_at timestamptz NOT NULL,
        blocked_until timestamptz NOT NULL,
        CONSTRAINT sign_in_attempts_pk PRIMARY KEY (attempt_key)
      )`);
    await runner.query('CREATE INDEX sign_in_attempts_last ON sign_in_attempts (last_at)');
    await runner.query(`
      CREATE TABLE idempotency_keys (
        actor text NOT NULL,
        route text NOT NULL,
        idempotency_key text NOT NULL,
        fingerprint text NOT NULL,
        resource_id uuid NOT NULL,
        locked_until timestamptz,
        status integer,
        answer json,
        expires_at timestamptz NOT NULL,
        CONSTRAINT idempotency_keys_pk PRIMARY KEY (actor, route, idempotency_key)
      )`);
    await runner.query('CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)');
    await runner.query(`
      CREATE TABLE audit_entries (
        audit_id uuid NOT NULL,
        time timestamptz NOT NULL,
        actor_type text NOT NULL,
        actor_id text NOT NULL,
        actor_name text NOT NULL,
        action text NOT NULL,
        subject text,
        outcome text NOT NULL,
        address text,
        request_id text,
        details jsonb NOT NULL,
        CONSTRAINT audit_entries_pk PRIMARY KEY (audit_id)
      )`);
    await runner.query('CREATE INDEX audit_entries_time ON audit_entries (time)');
    await runner.query('CREATE INDEX audit_entries_actor ON audit_entries (actor_id, time)');
    await runner.query('CREATE INDEX audit_entries_actor_name ON audit_entries (actor_name, time)');
    await runner.query('CREATE INDEX audit_entries_subject ON audit_entries (subject, time)');
    await runner.query('CREATE INDEX audit_entries_action ON audit_entries (action, time)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['audit_entries', 'idempotency_keys', 'sign_in_attempts', 'refresh_tokens', 'api_tokens', 'users']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
