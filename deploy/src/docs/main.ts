import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { baseSettings, objectStoreSettings, vaultSettings } from '@capstan/service-kit';
import { launcherSettings, ROOT } from '../stack/settings';
import { type SettingShape, withTables } from './configuration';

/** Settings of a service beyond those every service has, from its compiled `config.js`. Loaded by path: nothing may import an app. */
function settingsOf(app: string, name: string): SettingShape {
  const module = createRequire(__filename)(path.join(ROOT, 'apps', app, 'dist', 'config.js')) as Record<string, SettingShape>;
  const shared = new Set(Object.keys({ ...baseSettings, ...objectStoreSettings, ...vaultSettings }));
  return Object.fromEntries(Object.entries(module[name] ?? {}).filter(([variable]) => !shared.has(variable)));
}

/** The operator's guide with its tables made anew. */
function generatedGuide(): { file: string; current: string; generated: string } {
  const file = path.join(ROOT, 'docs', 'operations.md');
  const current = readFileSync(file, 'utf8');
  const generated = withTables(current, {
    launcher: launcherSettings,
    service: baseSettings,
    'object-store': objectStoreSettings,
    vault: vaultSettings,
    gateway: settingsOf('gateway', 'gatewaySettings'),
    'capture-orchestrator': settingsOf('capture-orchestrator', 'orchestratorSettings'),
    'device-collector': settingsOf('device-collector', 'collectorSettings'),
    'camera-service': settingsOf('camera-service', 'cameraSettings'),
    'sdr-acquirer': settingsOf('sdr-acquirer', 'sdrSettings'),
    notifier: settingsOf('notifier', 'notifierSettings'),
  });
  return { file, current, generated };
}

/** `npm run docs`: writes the generated parts of the documents; with `--check` it only tells whether they are current. */
function main(): void {
  const { file, current, generated } = generatedGuide();
  const upToDate = generated === current;
  const check = process.argv.includes('--check');
  if (!upToDate && !check) {
    writeFileSync(file, generated);
  }
  process.stdout.write(`${path.relative(ROOT, file)} is ${upToDate ? 'up to date' : check ? 'out of date: npm run docs' : 'written anew'}\n`);
  process.exitCode = check && !upToDate ? 1 : 0;
}

main();
