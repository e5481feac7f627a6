import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Films that are made in the background. */
export class CreateFilms1795241000000 implements MigrationInterface {
  readonly name = 'CreateFilms1795241000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE films (
        film_id uuid NOT NULL,
        camera_id uuid NOT NULL,
        camera_name text NOT NULL,
        source_film_id uuid,
        codec text NOT NULL,
        wish jsonb,
        state text NOT NULL,
        frames int NOT NULL,
        encoded int NOT NULL,
        attempts int NOT NULL,
        owner text,
        leased_until timestamptz(3),
        error_code text,
        size bigint,
        sha256 text,
        created_at timestamptz(3) NOT NULL,
        created_by text NOT NULL,
        finished_at timestamptz(3),
        CONSTRAINT films_pkey PRIMARY KEY (film_id),
        CONSTRAINT films_camera FOREIGN KEY (camera_id) REFERENCES cameras (camera_id) ON DELETE CASCADE,
        CONSTRAINT films_codec CHECK (codec IN ('h264', 'h265', 'vp9')),
        CONSTRAINT films_state CHECK (state IN ('queued', 'running', 'completed', 'failed'))
      )`);
    await runner.query(`CREATE INDEX films_listed ON films (camera_id, created_at, film_id)`);
    await runner.query(`CREATE INDEX films_to_do ON films (created_at) WHERE state IN ('queued', 'running')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE films`);
  }
}
