import { createHash, randomBytes } from 'node:crypto';

/** What a broker user may do in one virtual host, as regular expressions over names; RabbitMQ's own three. */
export interface BrokerPermissions {
  /** Default `/`. */
  vhost?: string;
  configure: string;
  write: string;
  read: string;
}

/** What a broker user may publish to, and bind from, a topic exchange, as regular expressions over routing keys. */
export interface BrokerTopicPermissions {
  /** Default `/`. */
  vhost?: string;
  exchange: string;
  write: string;
  read: string;
}

/** A user the broker is to have from the moment it listens. */
export interface BrokerUser {
  name: string;
  password: string;
  /** Such as `administrator`, `monitoring`. Default none. */
  tags?: string[];
  /** Default: nothing anywhere. */
  permissions?: BrokerPermissions[];
  /** Default: no limit by routing key. */
  topicPermissions?: BrokerTopicPermissions[];
}

/** Every right in the virtual host `/`. */
export const ALL_PERMISSIONS: BrokerPermissions = { vhost: '/', configure: '.*', write: '.*', read: '.*' };

/**
 * The hash RabbitMQ stores (`rabbit_password_hashing_sha256`): base64 of a 4-byte salt and SHA-256 of salt and password.
 * With it the definitions file holds no password.
 */
export function passwordHash(password: string, salt: Buffer = randomBytes(4)): string {
  const digest = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, digest]).toString('base64');
}

/** The definitions the broker loads at every boot, before it listens. As it loads definitions, it makes no `guest`. */
export function brokerDefinitions(users: readonly BrokerUser[]): string {
  const vhosts = new Set(['/', ...users.flatMap((user) => (user.permissions ?? []).map(({ vhost }) => vhost ?? '/'))]);
  return JSON.stringify(
    {
      vhosts: [...vhosts].map((name) => ({ name })),
      users: users.map(({ name, password, tags }) => ({
        name,
        password_hash: passwordHash(password),
        hashing_algorithm: 'rabbit_password_hashing_sha256',
        tags: (tags ?? []).join(','),
      })),
      permissions: users.flatMap(({ name, permissions }) =>
        (permissions ?? []).map(({ vhost, configure, write, read }) => ({ user: name, vhost: vhost ?? '/', configure, write, read })),
      ),
      topic_permissions: users.flatMap(({ name, topicPermissions }) =>
        (topicPermissions ?? []).map(({ vhost, exchange, write, read }) => ({ user: name, vhost: vhost ?? '/', exchange, write, read })),
      ),
    },
    null,
    2,
  );
}

/** `rabbitmq.conf` of a private node. */
export function brokerConfig(port: number, definitionsFile: string): string {
  return [
    // Nothing but loopback, and no TLS: what crosses machines is a managed broker's business.
    'listeners.tcp.1 = 127.0.0.1:' + port,
    'listeners.ssl = none',
    `load_definitions = ${definitionsFile}`,
    'loopback_users = none',
    // Publishers are stopped while less is free; the same for memory. Sized for a laptop that runs all of Capstan.
    'disk_free_limit.absolute = 200MB',
    'vm_memory_high_watermark.relative = 0.25',
    // Quorum queues keep their log in memory up to this size, and would take 512 MiB.
    'raft.wal_max_size_bytes = 67108864',
    'heartbeat = 20',
    'log.console = false',
    'log.file = node.log',
    'log.file.level = info',
    'log.file.rotation.size = 10485760',
    'log.file.rotation.count = 3',
    '',
  ].join('\n');
}
