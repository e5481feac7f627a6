import path from 'node:path';
import { SERVICES, type ServiceName } from '@capstan/contracts';

const ROOT = path.resolve(__dirname, '..', '..');
const SCHEMAS: Readonly<Record<ServiceName, string>> = {
  gateway: 'gatewaySettings',
  'capture-orchestrator': 'orchestratorSettings',
  'device-collector': 'collectorSettings',
  'camera-service': 'cameraSettings',
  'sdr-acquirer': 'sdrSettings',
  notifier: 'notifierSettings',
};

/** A setting's schema, as far as tests ask. */
interface SettingSchema {
  safeParse(value: unknown): { success: boolean };
}

/** Settings of a service by variable, from the schema it validates its environment with. By path: nothing may import an app. */
export function serviceSettings(service: ServiceName): Readonly<Record<string, SettingSchema>> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by path, see above
  const module = require(path.join(ROOT, 'apps', service, 'src', 'config.ts')) as Record<string, Record<string, SettingSchema>>;
  return module[SCHEMAS[service]] ?? {};
}

/** Settings of all services. */
export function allServiceSettings(): ReadonlySet<string> {
  return new Set(SERVICES.flatMap((service) => Object.keys(serviceSettings(service))));
}

/** The settings behind variables of which some are given as files: `X_FILE` means `X`, unless it is a setting itself. */
export function settingNames(variables: readonly string[], settings: Readonly<Record<string, unknown>>): string[] {
  return variables.map((variable) => (variable in settings ? variable : variable.replace(/_FILE$/, '')));
}

/** Settings that have neither a default nor may be left out. */
export function requiredSettings(service: ServiceName): string[] {
  return Object.entries(serviceSettings(service))
    .filter(([, schema]) => !schema.safeParse(undefined).success)
    .map(([variable]) => variable);
}
