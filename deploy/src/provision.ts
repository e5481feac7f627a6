import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { SERVICES } from '@capstan/contracts';
import { provisionSchema } from '@capstan/persistence';
import { readConfig } from '@capstan/service-kit';
import { z } from 'zod';
import { ROOT } from './stack/settings';

const passwordVariable = (service: string): string => `CAPSTAN_DB_PASSWORD_${service.toUpperCase().replaceAll('-', '_')}`;

/** Settings of the one-shot step; each may be a file, see `readConfig`. */
const settingsShape = { DATABASE_URL: z.url().describe('PostgreSQL, with a login that may make roles and schemas'), ...Object.fromEntries(SERVICES.map((service) => [passwordVariable(service), z.string().min(12)])) };

/** What a service demands at its start and a migration does not use. */
const STAND_INS = { RABBITMQ_URL: 'amqp://127.0.0.1', OBJECT_STORE_DIR: '/nonexistent', CAPSTAN_TOKEN_KEY: Buffer.alloc(32).toString('base64') };

/** The one-shot step of a deployment: a role, a schema and current tables for every service. Safe to repeat. */
async function main(): Promise<void> {
  const settings = readConfig('provision', settingsShape, process.env);
  for (const service of SERVICES) {
    const { url } = await provisionSchema({ adminUrl: settings.DATABASE_URL, service, password: String((settings as Record<string, unknown>)[passwordVariable(service)]) });
    const { status } = spawnSync(process.execPath, [path.join(ROOT, 'apps', service, 'dist', 'main.js'), 'migrate'], { stdio: 'inherit', env: { PATH: process.env['PATH'], ...STAND_INS, DATABASE_URL: url } });
    if (status !== 0) {
      throw new Error(`The migration of ${service} failed`);
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
