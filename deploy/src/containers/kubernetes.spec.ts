import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SERVICES, type ServiceName } from '@capstan/contracts';
import { deriveTopology, platformCatalogue } from '@capstan/messaging';
import { parse, parseAllDocuments } from 'yaml';
import { schemaProblems, WITHOUT_SCHEMA } from '../../test/kubernetes-schemas';
import { allServiceSettings, requiredSettings, serviceSettings, settingNames } from '../../test/service-settings';
import { deploymentSecrets, secretManifests } from './deployment-secrets';

const K8S = path.resolve(__dirname, '..', '..', '..', 'k8s');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as many shapes as there are kinds
  readonly spec?: any;
  readonly automountServiceAccountToken?: boolean;
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly images?: readonly { name: string }[];
  readonly configMapGenerator?: readonly { name: string; literals: readonly string[] }[];
}

function manifests(folder: string): Manifest[] {
  return readdirSync(path.join(K8S, folder))
    .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    .flatMap((name) => parseAllDocuments(readFileSync(path.join(K8S, folder, name), 'utf8')).map((document) => document.toJS() as Manifest));
}

function kustomization(folder: string): Kustomization {
  return parse(readFileSync(path.join(K8S, folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
}

describe(schemaProblems.name, () => {
  const good = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'x' }, spec: { maxUnavailable: 1, selector: { matchLabels: { free: 'name' } } } };

  it('has nothing against a manifest in order', () => {
    expect(schemaProblems(good)).toEqual([]);
  });

  it('sees a wrong value, a field that does not exist, and a kind that does not', () => {
    expect(schemaProblems({ ...good, spec: { ...good.spec, selector: 'x' } } as never)).toEqual([expect.stringContaining('selector must be object')]);
    expect(schemaProblems({ ...good, spec: { ...good.spec, maxUnavailible: 1 } } as never)).toEqual(['spec.maxUnavailible']);
    expect(schemaProblems({ ...good, kind: 'PodDisruption' })).toEqual(['no schema for policy/v1 PodDisruption']);
  });
});

const everything = ['base', path.join('overlays', 'dev'), path.join('overlays', 'production')].flatMap((folder) => manifests(folder).map((manifest): [string, Manifest] => [`${folder}: ${manifest.kind} ${manifest.metadata.name}`, manifest]));

describe('k8s', () => {
  it.each(everything)('%s is as its schema says', (_, manifest) => {
    expect(schemaProblems(manifest)).toEqual([]);
  });

  it('names the kinds that no schema was found for', () => {
    expect(everything.map(([, { apiVersion, kind }]) => `${apiVersion} ${kind}`)).toEqual(expect.arrayContaining([...WITHOUT_SCHEMA]));
  });
});

describe('k8s/base', () => {
  const all = manifests('base');
  const one = (kind: string, name: string): Manifest => {
    const found = all.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
    expect({ kind, name, found: found.length }).toEqual({ kind, name, found: 1 });
    return found[0] as Manifest;
  };
  const { items } = secretManifests(
    deploymentSecrets((name) => name.padEnd(32, '.'), { postgres: 'p:5432', rabbitmq: 'r:5672', database: 'capstan', databaseAdministrator: 'capstan_admin' }),
    'chosen',
  ) as { items: { metadata: { name: string }; stringData: Record<string, string> }[] };
  const secretFiles = (name: string): string[] => Object.keys(items.find(({ metadata }) => metadata.name === name)?.stringData ?? {});
  const pods: [string, Manifest][] = [...SERVICES.map((name): [string, Manifest] => [name, one('Deployment', name)]), ['migrate', one('Job', 'migrate')]];

  it('is put together from files that are there, and forgets none', () => {
    const { resources } = kustomization('base');
    expect([...resources].sort()).toEqual(readdirSync(path.join(K8S, 'base')).filter((name) => name !== 'kustomization.yaml').sort());
  });

  it.each([...SERVICES])('runs %s with everything a deployment of it needs', (name) => {
    const { spec } = one('Deployment', name);
    const [container] = spec.template.spec.containers;
    expect(container.image).toBe(`capstan-${name}`);
    expect(container.livenessProbe.httpGet).toEqual({ path: '/live', port: 'operations' });
    expect(container.startupProbe.httpGet).toEqual({ path: '/live', port: 'operations' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/ready', port: 'operations' });
    // CAPSTAN_SHUTDOWN_SEC and the wait before it.
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(25 + 5);
    expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(spec.template.spec.topologySpreadConstraints.map(({ topologyKey }: { topologyKey: string }) => topologyKey)).toEqual(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
    expect(one('PodDisruptionBudget', name).spec).toEqual({ maxUnavailable: 1, selector: spec.selector });
    expect(one('Service', name).spec.selector).toEqual(spec.selector.matchLabels);
    expect(spec.template.metadata.labels).toMatchObject({ ...spec.selector.matchLabels, 'capstan/tier': 'service' });
  });

  it.each(pods)('keeps %s within the restricted profile, without a token and within limits', (name, { spec }) => {
    const pod = spec.template.spec;
    expect(pod).toMatchObject({ serviceAccountName: name, automountServiceAccountToken: false, securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } } });
    expect(one('ServiceAccount', name).automountServiceAccountToken).toBe(false);
    for (const container of pod.containers) {
      expect(container.securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
      expect(Object.keys(container.resources.requests)).toEqual(['cpu', 'memory']);
      expect(Object.keys(container.resources.limits)).toEqual(['cpu', 'memory']);
    }
    const mounted = pod.containers[0].volumeMounts.map((mount: { name: string }) => mount.name).sort();
    expect(mounted).toEqual(pod.volumes.map((volume: { name: string }) => volume.name).sort());
  });

  it.each(pods)('gives %s its own secrets and no others, as files that are made', (name, { spec }) => {
    const secrets = spec.template.spec.volumes.flatMap((volume: { secret?: { secretName: string } }) => (volume.secret === undefined ? [] : [volume.secret.secretName]));
    expect(secrets).toEqual([`capstan-${name}`]);
    const environment = spec.template.spec.containers[0].env as { name: string; value?: string; valueFrom?: object }[];
    environment.filter((entry) => entry.name.endsWith('_FILE')).forEach(({ value = '' }) => expect(secretFiles(`capstan-${name}`)).toContain(value.replace('/run/secrets/', '')));
    expect(environment.filter((entry) => /PASSWORD|SECRET|TOKEN|KEY|_URL/.test(entry.name) && !entry.name.endsWith('_FILE'))).toEqual([]);
    expect(JSON.stringify(environment)).not.toContain('secretKeyRef');
  });

  it.each([...SERVICES])('gives %s only settings of its schema, and every one that is required', (name) => {
    const environment = one('Deployment', name).spec.template.spec.containers[0].env as { name: string }[];
    const given = settingNames(environment.map((entry) => entry.name), serviceSettings(name));
    expect(given.filter((setting) => !(setting in serviceSettings(name)))).toEqual([]);
    expect(given).toEqual(expect.arrayContaining(requiredSettings(name)));
  });

  describe('its network policies', () => {
    const policies = all.filter(({ kind }) => kind === 'NetworkPolicy');
    const selects = (selector: { matchLabels?: Record<string, string>; matchExpressions?: { key: string; operator: string; values: string[] }[] }, labels: Record<string, string>): boolean =>
      Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
      (selector.matchExpressions ?? []).every(({ key, operator, values }) => values.includes(labels[key] ?? '') === (operator === 'In'));
    const labelsOf = (name: string): Record<string, string> => pods.find(([pod]) => pod === name)?.[1].spec.template.metadata.labels as Record<string, string>;
    const ports = (name: string, direction: 'ingress' | 'egress'): number[] =>
      [...new Set(policies.filter(({ spec }) => selects(spec.podSelector, labelsOf(name))).flatMap(({ spec }) => (spec[direction] ?? []).flatMap((rule: { ports: { port: number }[] }) => rule.ports.map(({ port }) => port))))].map(Number).sort((a, b) => a - b);
    const SERVERS = [53, 4318, 5432, 5672];
    const STORE = [443, 8333];

    it('allow nothing by default, to any of them', () => {
      expect(one('NetworkPolicy', 'services-deny').spec).toEqual({ podSelector: { matchLabels: { 'capstan/tier': 'service' } }, policyTypes: ['Ingress', 'Egress'] });
      pods.forEach(([name]) => expect(labelsOf(name)['capstan/tier']).toBe('service'));
    });

    // Port by port what the picture of the architecture shows.
    const ARROWS: [ServiceName | 'migrate', { ingress: number[]; egress: number[] }][] = [
      ['gateway', { ingress: [8080, 9090], egress: [...SERVERS, ...STORE] }],
      ['capture-orchestrator', { ingress: [9090], egress: [...SERVERS, ...STORE] }],
      ['device-collector', { ingress: [2222, 9090], egress: [...SERVERS, ...STORE, 22, 8443] }],
      ['camera-service', { ingress: [9090], egress: [...SERVERS, ...STORE, 80, 554, 3702, 8554] }],
      ['sdr-acquirer', { ingress: [9090], egress: [...SERVERS, ...STORE, 80, 1234, 8073] }],
      ['notifier', { ingress: [9090], egress: [...SERVERS, 25, 80, 443, 465, 587] }],
      ['migrate', { ingress: [], egress: [53, 5432] }],
    ];
    it.each(ARROWS)('let %s reach and be reached as the architecture says', (name, { ingress, egress }) => {
      expect(ports(name, 'ingress')).toEqual([...ingress].sort((a, b) => a - b));
      expect(ports(name, 'egress')).toEqual([...egress].sort((a, b) => a - b));
    });

    it('let no service reach another', () => {
      const peers = policies.filter(({ spec }) => spec.podSelector.matchLabels['cnpg.io/cluster'] === undefined && spec.podSelector.matchLabels['app.kubernetes.io/name'] !== 'capstan-rabbitmq');
      const targets = peers.flatMap(({ spec }) => (spec.egress ?? []).flatMap((rule: { to?: { podSelector?: { matchLabels: Record<string, string> } }[] }) => (rule.to ?? []).flatMap(({ podSelector }) => (podSelector ? [podSelector.matchLabels] : []))));
      SERVICES.forEach((name) => targets.forEach((target) => expect(selects({ matchLabels: target as Record<string, string> }, labelsOf(name))).toBe(false)));
    });
  });
});

describe.each(['dev', 'production'])('k8s/overlays/%s', (overlay) => {
  const folder = path.join('overlays', overlay);
  const all = manifests(folder);

  it('builds on the base, names every image and sets only settings that exist', () => {
    const { resources, images = [], configMapGenerator = [] } = kustomization(folder);
    resources.forEach((resource) => expect(existsSync(path.join(K8S, folder, resource))).toBe(true));
    expect(images.map(({ name }) => name).sort()).toEqual([...SERVICES, 'migrate'].map((name) => `capstan-${name}`).sort());
    const known = allServiceSettings();
    [...configMapGenerator, ...(kustomization('base').configMapGenerator ?? [])].flatMap(({ literals }) => literals).forEach((literal) => expect(known).toContain(literal.split('=')[0]));
  });

  it('lets browsers in at one place, and sockets stay', () => {
    const [ingress] = all.filter(({ kind }) => kind === 'Ingress');
    expect(ingress?.spec.rules[0].http.paths).toEqual([{ path: '/', pathType: 'Prefix', backend: { service: { name: 'gateway', port: { name: 'http' } } } }]);
    expect(JSON.stringify(ingress)).toContain('proxy-read-timeout');
  });
});

describe('k8s/overlays/production', () => {
  const all = manifests(path.join('overlays', 'production'));

  it('scales workers by queues that exist', () => {
    const queues = deriveTopology(platformCatalogue).queues.map(({ name }) => name);
    const scaled = all.filter(({ kind }) => kind === 'ScaledObject');
    expect(scaled.map(({ spec }) => spec.scaleTargetRef.name)).toEqual(['device-collector', 'camera-service', 'sdr-acquirer', 'notifier']);
    scaled.forEach(({ spec }) => {
      expect(queues).toContain(spec.triggers[0].metadata.queueName);
      expect(all.some(({ kind, metadata }) => kind === 'TriggerAuthentication' && metadata.name === spec.triggers[0].authenticationRef.name)).toBe(true);
    });
  });

  it('scales the gateway by its processor', () => {
    expect(all.find(({ kind }) => kind === 'HorizontalPodAutoscaler')?.spec.scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'gateway' });
  });
});
