import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { SERVICES } from '@capstan/contracts';
import { provisionSchema } from '@capstan/persistence';
import { readConfig } from '@capstan/service-kit';
import { z } from 'zod';
import { ROOT } from './stack/settings';

const passwordVariable = (service: string): string => `CAPSTAN_DB_PASSWORD_${service.toUpperCase().replaceAll('-', '_')}`;

/** The one-shot step of a deployment: a role, a schema and current tables for every service. Safe to repeat. */
async function main(): Promise<void> {
  const settings = readConfig('provision', { DATABASE_URL: z.url(), RABBITMQ_URL: z.url(), ...Object.fromEntries(SERVICES.map((service) => [passwordVariable(service), z.string().min(12)])) }, process.env);
  for (const service of SERVICES) {
    const { url } = await provisionSchema({ adminUrl: settings.DATABASE_URL, service, password: String((settings as Record<string, unknown>)[passwordVariable(service)]) });
    // Nothing but the database is needed to migrate; the other required settings only have to be there.
    const { status } = spawnSync(process.execPath, [path.join(ROOT, 'apps', service, 'dist', 'main.js'), 'migrate'], { stdio: 'inherit', env: { ...process.env, DATABASE_URL: url } });
    if (status !== 0) {
      throw new Error(`The migration of ${service} failed`);
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
