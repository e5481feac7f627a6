import { createHash } from 'node:crypto';
import { brokerDefinitions, type BrokerUser } from '@capstan/backing-services';
import { SERVICES, type ServiceName } from '@capstan/contracts';
import { publisherPermissions, servicePermissions } from '@capstan/messaging';
import { roleOf } from '@capstan/persistence';

/** Services that keep credentials, and so need a master key of their own. */
export const VAULT_SERVICES: readonly ServiceName[] = ['device-collector', 'camera-service', 'sdr-acquirer', 'notifier'];
/** Services that read or write artifacts. */
const STORE_SERVICES: readonly ServiceName[] = ['gateway', 'capture-orchestrator', 'device-collector', 'camera-service', 'sdr-acquirer'];
/** Broker user for programs outside of Capstan that start sessions; see `examples/publish-job`. */
const PUBLISHER = 'publisher';
/** Broker user for people: `rabbitmqctl` needs none. */
const BROKER_ADMINISTRATOR = 'capstan_admin';

/** Where the servers are, as the services reach them. */
export interface DeploymentHosts {
  /** `host:port` of PostgreSQL. */
  readonly postgres: string;
  /** `host:port` of RabbitMQ. */
  readonly rabbitmq: string;
  /** Name of the database. */
  readonly database: string;
  /** Login that may make roles and schemas. */
  readonly databaseAdministrator: string;
}

/** Secrets of one container or pod: content by file name. */
export type SecretFiles = Readonly<Record<string, string>>;

/** One random secret by its name; the same at every call. */
export type SecretSource = (name: string) => string;

/**
 * Every secret of a deployment in containers, by who may see it. A service gets its own database login, its own broker user and its own
 * master key; the servers get what they need to know of them, as hashes where they take hashes.
 * @param own keeps the secrets this is made of; nothing else has to be kept
 */
export function deploymentSecrets(own: SecretSource, hosts: DeploymentHosts): Readonly<Record<string, SecretFiles>> {
  const databaseUrl = (role: string, secret: string): string => `postgres://${role}:${encodeURIComponent(own(secret))}@${hosts.postgres}/${hosts.database}`;
  const brokerUsers: BrokerUser[] = [
    { name: BROKER_ADMINISTRATOR, password: own('broker-administrator'), tags: ['administrator'], permissions: [{ vhost: '/', configure: '.*', write: '.*', read: '.*' }] },
    ...SERVICES.map((service): BrokerUser => ({ name: `capstan-${service}`, password: own(`broker-${service}`), ...copied(servicePermissions(service)) })),
    { name: PUBLISHER, password: own('broker-publisher'), ...copied(publisherPermissions(PUBLISHER)) },
  ];
  const store: SecretFiles = { 's3-access-key': own('s3-access-key'), 's3-secret-key': own('s3-secret-key') };
  const services = SERVICES.map((service): [string, SecretFiles] => [
    service,
    {
      'database-url': databaseUrl(roleOf(service), `database-${service}`),
      'rabbitmq-url': `amqp://capstan-${service}:${encodeURIComponent(own(`broker-${service}`))}@${hosts.rabbitmq}`,
      ...(STORE_SERVICES.includes(service) ? store : {}),
      ...(VAULT_SERVICES.includes(service) ? { 'vault-keys': `k1:${key(own(`vault-${service}`))}` } : {}),
      ...(service === 'gateway' ? { 'token-key': key(own('token-key')) } : {}),
    },
  ]);
  return {
    ...Object.fromEntries(services),
    migrate: {
      'database-url': databaseUrl(hosts.databaseAdministrator, 'database-administrator'),
      ...Object.fromEntries(SERVICES.map((service) => [`database-password-${service}`, own(`database-${service}`)])),
    },
    postgres: { username: hosts.databaseAdministrator, password: own('database-administrator') },
    rabbitmq: { 'definitions.json': brokerDefinitions(brokerUsers) },
    'object-store': { 's3.json': objectStoreUsers(store) },
    grafana: { password: own('grafana-administrator') },
  };
}

/** SeaweedFS's list of who may do what. */
function objectStoreUsers(store: SecretFiles): string {
  return JSON.stringify({ identities: [{ name: 'capstan', credentials: [{ accessKey: store['s3-access-key'], secretKey: store['s3-secret-key'] }], actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'] }] }, null, 2);
}

/** 32 bytes in base64 out of a secret of at least as much. */
function key(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}

function copied({ permissions, topicPermissions }: ReturnType<typeof servicePermissions>): Pick<BrokerUser, 'permissions' | 'topicPermissions'> {
  return { permissions: permissions.map((permission) => ({ ...permission })), topicPermissions: topicPermissions.map((permission) => ({ ...permission })) };
}

/** What a cluster has by itself or from elsewhere. */
const NOT_IN_KUBERNETES: readonly string[] = ['object-store', 'grafana'];

/**
 * Secrets for `kubectl apply`, one per pod that reads them: `capstan-<who>`. The gateway's holds the first administrator's password as
 * well: its pods have no folder that outlives them, where a one-time password could be left.
 */
export function secretManifests(secrets: Readonly<Record<string, SecretFiles>>, administratorPassword: string): object {
  const item = (who: string, files: SecretFiles): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `capstan-${who}`, namespace: 'capstan', labels: { 'app.kubernetes.io/part-of': 'capstan' } },
    // CloudNativePG demands this type for the login it is to make.
    type: who === 'postgres' ? 'kubernetes.io/basic-auth' : 'Opaque',
    stringData: who === 'gateway' ? { ...files, 'admin-password': administratorPassword } : files,
  });
  const items = Object.entries(secrets).filter(([who]) => !NOT_IN_KUBERNETES.includes(who));
  return { apiVersion: 'v1', kind: 'List', items: items.map(([who, files]) => item(who, files)) };
}
