import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Templates of sessions. */
export class SessionTemplates1793720000000 implements MigrationInterface {
  readonly name = 'SessionTemplates1793720000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE session_templates (
        template_id uuid NOT NULL,
        name text NOT NULL,
        session jsonb NOT NULL,
        revision int NOT NULL,
        created_at timestamptz(3) NOT NULL,
        created_by jsonb NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        CONSTRAINT session_templates_pkey PRIMARY KEY (template_id)
      )`);
    await runner.query(`CREATE UNIQUE INDEX session_templates_name ON session_templates (lower(name))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE session_templates`);
  }
}
