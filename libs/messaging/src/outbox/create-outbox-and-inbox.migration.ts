import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of the outbox and the inbox, in whatever schema the data source works in. */
export class CreateOutboxAndInbox1793500000000 implements MigrationInterface {
  readonly name = 'CreateOutboxAndInbox1793500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const schema = schemaPrefix(queryRunner);
    await queryRunner.query(`
      CREATE TABLE ${schema}"outbox" (
        "position" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        "id" uuid NOT NULL,
        "channel" text NOT NULL,
        "type" text NOT NULL,
        "partition_key" text NOT NULL,
        "envelope" json NOT NULL,
        "attempts" integer NOT NULL DEFAULT 0,
        "postponed_until" timestamptz,
        "last_error" text,
        "created_at" timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT "outbox_pkey" PRIMARY KEY ("position")
      )`);
    await queryRunner.query(`CREATE INDEX "outbox_postponed" ON ${schema}"outbox" ("postponed_until") WHERE "postponed_until" IS NOT NULL`);
    await queryRunner.query(`
      CREATE TABLE ${schema}"inbox" (
        "consumer" text NOT NULL,
        "message_id" text NOT NULL,
        "received_at" timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT "inbox_pkey" PRIMARY KEY ("consumer", "message_id")
      )`);
    await queryRunner.query(`CREATE INDEX "inbox_received_at" ON ${schema}"inbox" ("received_at")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const schema = schemaPrefix(queryRunner);
    await queryRunner.query(`DROP TABLE ${schema}"inbox"`);
    await queryRunner.query(`DROP TABLE ${schema}"outbox"`);
  }
}

function schemaPrefix(queryRunner: QueryRunner): string {
  const { schema } = queryRunner.connection.options as { schema?: string };
  return schema === undefined ? '' : `"${schema.replaceAll('"', '""')}".`;
}
