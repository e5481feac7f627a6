import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { baseSettings, objectStoreSettings, vaultSettings } from '@capstan/service-kit';
import { composeSettings, DECIDED_BY_DEPLOYMENT } from '../containers/compose-settings';
import { launcherSettings, ROOT } from '../stack/settings';
import { type SettingShape, withTables } from './configuration';
import { envExample } from './env-example';

/** Settings of a service beyond those every service has, from its compiled `config.js`. Loaded by path: nothing may import an app. */
function settingsOf(app: string, name: string): SettingShape {
  const module = createRequire(__filename)(path.join(ROOT, 'apps', app, 'dist', 'config.js')) as Record<string, SettingShape>;
  const shared = new Set(Object.keys({ ...baseSettings, ...objectStoreSettings, ...vaultSettings }));
  return Object.fromEntries(Object.entries(module[name] ?? {}).filter(([variable]) => !shared.has(variable)));
}

/** A file of which all or parts are generated. */
interface GeneratedFile {
  readonly name: string;
  readonly current: string;
  readonly generated: string;
}

function serviceSettings(): Readonly<Record<string, SettingShape>> {
  return {
    gateway: settingsOf('gateway', 'gatewaySettings'),
    'capture-orchestrator': settingsOf('capture-orchestrator', 'orchestratorSettings'),
    'device-collector': settingsOf('device-collector', 'collectorSettings'),
    'camera-service': settingsOf('camera-service', 'cameraSettings'),
    'sdr-acquirer': settingsOf('sdr-acquirer', 'sdrSettings'),
    notifier: settingsOf('notifier', 'notifierSettings'),
  };
}

function generatedFiles(): GeneratedFile[] {
  const services = serviceSettings();
  const guide = read('docs/operations.md');
  return [
    {
      name: 'docs/operations.md',
      current: guide,
      generated: withTables(guide, { launcher: launcherSettings, compose: composeSettings, service: baseSettings, 'object-store': objectStoreSettings, vault: vaultSettings, ...services }),
    },
    {
      name: '.env.example',
      current: read('.env.example'),
      generated: envExample(
        [{ title: 'docker-compose.yml', shape: composeSettings }, { title: 'every service', shape: baseSettings }, ...Object.entries(services).map(([title, shape]) => ({ title, shape }))],
        DECIDED_BY_DEPLOYMENT,
      ),
    },
  ];
}

function read(name: string): string {
  return readFileSync(path.join(ROOT, name), 'utf8');
}

/** `npm run docs`: writes the generated parts of the documents; with `--check` it only tells whether they are current. */
function main(): void {
  const check = process.argv.includes('--check');
  const files = generatedFiles();
  for (const { name, current, generated } of files) {
    const upToDate = generated === current;
    if (!upToDate && !check) {
      writeFileSync(path.join(ROOT, name), generated);
    }
    process.stdout.write(`${name} is ${upToDate ? 'up to date' : check ? 'out of date: npm run docs' : 'written anew'}\n`);
  }
  process.exitCode = check && files.some(({ current, generated }) => current !== generated) ? 1 : 0;
}

main();
