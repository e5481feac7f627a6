import { Column, Entity, type MigrationInterface, PrimaryColumn, type QueryRunner } from 'typeorm';
import { bigintAsNumber, type ProvisionedSchema, provisionSchema } from '../src/index';

@Entity({ name: 'crates' })
export class Crate {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  label!: string;

  @Column('bigint', { transformer: bigintAsNumber })
  bytes!: number;
}

export class Crates1700000000000 implements MigrationInterface {
  name = 'Crates1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE crates (id uuid CONSTRAINT "PK_crates" PRIMARY KEY, label text NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE crates');
  }
}

export class CrateBytes1700000001000 implements MigrationInterface {
  name = 'CrateBytes1700000001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE crates ADD COLUMN bytes bigint NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE crates DROP COLUMN bytes');
  }
}

export const MIGRATIONS = [Crates1700000000000, CrateBytes1700000001000];

/** The service names of one spec file: roles belong to the whole server, and files run side by side. */
export async function provision(adminUrl: string, service: string): Promise<ProvisionedSchema> {
  return provisionSchema({ adminUrl, service, password: `password of ${service}: '"@/?#` });
}
