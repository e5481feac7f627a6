import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { storedSecret } from '@capstan/backing-services';
import { deploymentSecrets, secretManifests } from './containers/deployment-secrets';

const USAGE = [
  'Usage: secrets --own DIR (--out DIR | --kubernetes)',
  '',
  'Makes the secrets of a deployment in containers; those that are there already stay as they are.',
  '',
  '  --own DIR      folder that keeps them; whoever has it has everything',
  '  --out DIR      writes one folder per container into it, as docker-compose.yml mounts them',
  '  --kubernetes   prints Secrets for kubectl apply instead; the keys of your S3 server must be in DIR/s3-access-key and DIR/s3-secret-key',
  '',
].join('\n');

/** The one-shot step before everything else: `npm run secrets`, and the first container of docker-compose.yml. */
function main(): void {
  const { values } = parseArgs({ options: { own: { type: 'string' }, out: { type: 'string' }, kubernetes: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } });
  const { own, out, kubernetes } = values;
  if (values.help || own === undefined || (out === undefined) === !kubernetes) {
    process.stderr.write(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  if (kubernetes && !(existsSync(path.join(own, 's3-access-key')) && existsSync(path.join(own, 's3-secret-key')))) {
    process.stderr.write(`Put the keys of your S3 server into ${path.join(own, 's3-access-key')} and ${path.join(own, 's3-secret-key')} first\n`);
    process.exitCode = 1;
    return;
  }
  const secret = (name: string): string => storedSecret(path.join(own, name));
  const servers = kubernetes ? { postgres: 'capstan-postgres-rw:5432', rabbitmq: 'capstan-rabbitmq:5672' } : { postgres: 'postgres:5432', rabbitmq: 'rabbitmq:5672' };
  const secrets = deploymentSecrets(secret, { ...servers, database: 'capstan', databaseAdministrator: 'capstan_admin' });
  if (out === undefined) {
    process.stdout.write(`${JSON.stringify(secretManifests(secrets, secret('administrator')), null, 2)}\n`);
    return;
  }
  for (const [who, files] of Object.entries(secrets)) {
    mkdirSync(path.join(out, who), { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      // Each folder is a volume of one container, whose programs run as users of their own image's making: they must be able to read it.
      const file = path.join(out, who, name);
      rmSync(file, { force: true });
      writeFileSync(file, content, { mode: 0o444 });
    }
  }
}

main();
