import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Channels, rules, deliveries, and notices in the web app. */
export class CreateNotifier1795300000000 implements MigrationInterface {
  readonly name = 'CreateNotifier1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE channels (
        channel_id uuid NOT NULL,
        name text NOT NULL,
        type text NOT NULL,
        enabled boolean NOT NULL,
        settings jsonb NOT NULL,
        sealed jsonb,
        claimed_until timestamptz(3),
        failures int NOT NULL DEFAULT 0,
        failing_since timestamptz(3),
        last_error text,
        retry_at timestamptz(3),
        last_delivered_at timestamptz(3),
        revision int NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT channels_pkey PRIMARY KEY (channel_id)
      )`);
    await runner.query(`CREATE UNIQUE INDEX channels_name ON channels (lower(name))`);
    await runner.query(`
      CREATE TABLE rules (
        rule_id uuid NOT NULL,
        name text NOT NULL,
        rule jsonb NOT NULL,
        last_matched_at timestamptz(3),
        revision int NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT rules_pkey PRIMARY KEY (rule_id)
      )`);
    await runner.query(`CREATE UNIQUE INDEX rules_name ON rules (lower(name))`);
    await runner.query(`
      CREATE TABLE sightings (
        rule_id uuid NOT NULL,
        topic text NOT NULL,
        subject text NOT NULL,
        count int NOT NULL,
        first_at timestamptz(3) NOT NULL,
        told_at timestamptz(3),
        CONSTRAINT sightings_pkey PRIMARY KEY (rule_id, topic, subject),
        CONSTRAINT sightings_rule FOREIGN KEY (rule_id) REFERENCES rules (rule_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX sightings_age ON sightings (first_at)`);
    await runner.query(`
      CREATE TABLE deliveries (
        place bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        delivery_id uuid NOT NULL,
        channel_id uuid NOT NULL,
        rule_id uuid,
        rule_name text,
        state text NOT NULL,
        collecting boolean NOT NULL,
        notices jsonb NOT NULL,
        attempts int NOT NULL DEFAULT 0,
        response text,
        created_at timestamptz(3) NOT NULL,
        due_at timestamptz(3) NOT NULL,
        give_up_at timestamptz(3) NOT NULL,
        delivered_at timestamptz(3),
        CONSTRAINT deliveries_pkey PRIMARY KEY (place),
        CONSTRAINT deliveries_id UNIQUE (delivery_id),
        CONSTRAINT deliveries_channel FOREIGN KEY (channel_id) REFERENCES channels (channel_id) ON DELETE CASCADE,
        CONSTRAINT deliveries_state CHECK (state IN ('waiting', 'delivered', 'failed'))
      )`);
    await runner.query(`CREATE INDEX deliveries_waiting ON deliveries (channel_id, place) WHERE state = 'waiting'`);
    await runner.query(`CREATE UNIQUE INDEX deliveries_collecting ON deliveries (rule_id, channel_id) WHERE collecting`);
    await runner.query(`CREATE INDEX deliveries_age ON deliveries (created_at)`);
    await runner.query(`
      CREATE TABLE notifications (
        notification_id uuid NOT NULL,
        notice jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT notifications_pkey PRIMARY KEY (notification_id)
      )`);
    await runner.query(`CREATE INDEX notifications_listed ON notifications (created_at DESC, notification_id DESC)`);
    await runner.query(`
      CREATE TABLE notification_reads (
        user_id text NOT NULL,
        notification_id uuid NOT NULL,
        CONSTRAINT notification_reads_pkey PRIMARY KEY (user_id, notification_id),
        CONSTRAINT notification_reads_notification FOREIGN KEY (notification_id) REFERENCES notifications (notification_id) ON DELETE CASCADE
      )`);
    await runner.query(`
      CREATE TABLE sealing_keys (
        purpose text NOT NULL,
        sealed jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT sealing_keys_pkey PRIMARY KEY (purpose)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['sealing_keys', 'notification_reads', 'notifications', 'deliveries', 'sightings', 'rules', 'channels']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
