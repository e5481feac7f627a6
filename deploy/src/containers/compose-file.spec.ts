import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SERVICES } from '@capstan/contracts';
import { parse } from 'yaml';
import { requiredSettings, serviceSettings, settingNames } from '../../test/service-settings';
import { composeSettings } from './compose-settings';
import { deploymentSecrets } from './deployment-secrets';

const ROOT = path.resolve(__dirname, '..', '..', '..');

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly args?: Record<string, string> };
  readonly user?: string;
  readonly profiles?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly cpus?: string; readonly memory?: string; readonly pids?: number } } };
}

describe('docker-compose.yml', () => {
  const text = readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8');
  const file = parse(text, { merge: true }) as { services: Record<string, ComposeService>; volumes: Record<string, unknown>; networks: Record<string, { internal?: boolean } | null> };
  const { services } = file;
  const secrets = deploymentSecrets((name) => name.padEnd(32, '.'), { postgres: 'postgres:5432', rabbitmq: 'rabbitmq:5672', database: 'capstan', databaseAdministrator: 'capstan_admin' });

  it.each([...SERVICES])('runs %s from an image of its own that cannot write itself, after the migrations', (name) => {
    const service = services[name];
    expect(service?.build?.args).toEqual({ APP: name });
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service?.user).toBeUndefined();
    expect(service?.profiles).toBeUndefined();
    expect(service?.depends_on?.['migrate']?.condition).toBe('service_completed_successfully');
  });

  it.each([...SERVICES])('gives %s only settings of its schema, and every one that is required', (name) => {
    const given = settingNames(Object.keys(services[name]?.environment ?? {}), serviceSettings(name));
    expect(given.filter((setting) => !(setting in serviceSettings(name)))).toEqual([]);
    expect(given).toEqual(expect.arrayContaining(requiredSettings(name)));
  });

  it('lets a service longer stop than the service itself needs', () => {
    SERVICES.forEach((name) => expect(Number.parseInt(services[name]?.stop_grace_period ?? '', 10)).toBeGreaterThan(25));
  });

  it('limits processor, memory and processes of everything', () => {
    Object.entries(services).forEach(([name, { deploy }]) =>
      expect({ name, ...deploy?.resources?.limits }).toEqual({ name, cpus: expect.stringMatching(/^\d+\.\d$/), memory: expect.stringMatching(/^\d+[MG]$/), pids: expect.any(Number) }),
    );
  });

  it('holds no secret, nor asks the environment for one', () => {
    expect(text).not.toMatch(/:\/\/[^/\s"]*:[^/\s"]*@/);
    Object.values(services).forEach(({ environment = {} }) =>
      Object.entries(environment).forEach(([key, value]) => {
        if (/PASSWORD|SECRET|TOKEN|KEY|_URL/.test(key) && key !== 'CAPSTAN_PUBLIC_URL') {
          expect(`${key}=${value}`).toMatch(/^\w+_FILE=\/run\/secrets\/[\w-]+$/);
        }
      }),
    );
  });

  it('mounts into each container its own secrets, and files that are made', () => {
    Object.entries(services).forEach(([name, { volumes = [], environment = {} }]) => {
      const mounted = volumes.filter((volume) => volume.endsWith(':/run/secrets:ro'));
      const named = [...Object.values(environment), ...(name === 'object-store' ? ['/run/secrets/s3.json'] : []), ...(name === 'rabbitmq' ? ['/run/secrets/definitions.json'] : [])].filter((value) => value.startsWith('/run/secrets/'));
      expect(mounted).toEqual(named.length === 0 ? [] : [`secrets-${name}:/run/secrets:ro`]);
      named.forEach((value) => expect(Object.keys(secrets[name] ?? {})).toContain(path.basename(value)));
    });
  });

  it('builds each image from its stage of the Dockerfile, with the programs its code calls and no others', () => {
    const dockerfile = readFileSync(path.join(ROOT, 'deploy', 'Dockerfile'), 'utf8').replaceAll('\\\n', '');
    const stages = [...dockerfile.matchAll(/^FROM base AS tools-([\w-]+)\n(RUN .*)?/gm)];
    const installed = stages.map(([, app = '', run]): [string, string[]] => [app, /--no-install-recommends ([\w -]+?) *&&/.exec(run ?? '')?.[1]?.split(' ') ?? []]);
    const built = Object.values(services).flatMap(({ build }) => build?.args?.['APP'] ?? []);
    expect(installed.map(([app]) => app).sort()).toEqual([...new Set(built)].sort());
    expect(Object.fromEntries(installed.filter(([, programs]) => programs.length > 0))).toEqual({
      'camera-service': ['ffmpeg'],
      'device-collector': ['tshark', 'wireshark-common'],
      // Without simulated hosts, too, the lab makes a key for them.
      lab: ['ffmpeg', 'openssh-client'],
    });
  });

  it('makes the secrets of everybody in one step that reaches no network', () => {
    const step = services['secrets'];
    expect(step?.network_mode).toBe('none');
    expect((step?.volumes ?? []).slice(1)).toEqual(Object.keys(secrets).map((who) => `secrets-${who}:/out/${who}`));
  });

  it('declares every volume and network it uses', () => {
    const used = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => !source.startsWith('.')));
    expect(Object.keys(file.volumes).sort()).toEqual([...new Set(used)].sort());
    expect(Object.keys(file.networks).sort()).toEqual([...new Set(Object.values(services).flatMap(({ networks = [] }) => networks))].sort());
  });

  it('keeps the servers in a network without a way out and publishes none of them', () => {
    expect(file.networks['inside']).toEqual({ internal: true });
    ['postgres', 'rabbitmq', 'object-store', 'migrate', 'capture-orchestrator'].forEach((name) => {
      expect(services[name]?.networks).toEqual(['inside']);
      expect(services[name]?.ports).toBeUndefined();
    });
  });

  it('asks its own environment for nothing that .env.example does not show', () => {
    const asked = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');
    expect([...new Set(asked)].sort()).toEqual(Object.keys(composeSettings).sort());
    const defaults = [...text.matchAll(/\$\{(\w+):-([^}]*)\}/g)];
    expect(defaults).toHaveLength(asked.length);
    defaults.forEach(([, name = '', fallback]) => expect(String(composeSettings[name as keyof typeof composeSettings].parse(undefined))).toBe(fallback));
  });

  it('puts simulated devices and observability behind profiles', () => {
    expect(Object.entries(services).filter(([, { profiles }]) => profiles?.includes('lab')).map(([name]) => name)).toEqual(['lab-devices', 'lab-cameras', 'lab-receivers']);
    expect(Object.entries(services).filter(([, { profiles }]) => profiles?.includes('observability')).map(([name]) => name)).toEqual(['prometheus', 'grafana', 'jaeger']);
  });
});
