/** The ports of the four servers. */
export interface SwiftPorts {
  proxy: number;
  account: number;
  container: number;
  object: number;
}

/** The storage servers, in the order in which a request passes through them from the inside out. */
export const STORAGE_SERVERS = ['account', 'container', 'object'] as const;
export type StorageServer = (typeof STORAGE_SERVERS)[number];

/** `swift.conf`: what the paths of stored objects are hashed with, and the one storage policy. */
export function swiftConfig(hashSuffix: string): string {
  return ['[swift-hash]', `swift_hash_path_suffix = ${hashSuffix}`, '[storage-policy:0]', 'name = one-replica', 'default = yes', ''].join('\n');
}

function common(dir: string, port: number, user: string): string[] {
  return [
    '[DEFAULT]',
    'bind_ip = 127.0.0.1',
    `bind_port = ${port}`,
    `swift_dir = ${dir}`,
    `user = ${user}`,
    // No forks: the process we start is the one that serves, and the one we stop.
    'workers = 0',
    'log_level = WARNING',
  ];
}

/** Configuration of one storage server. */
export function storageConfig(server: StorageServer, dir: string, port: number, user: string): string {
  return [
    ...common(dir, port, user),
    `devices = ${dir}/devices`,
    // The device is a plain folder.
    'mount_check = false',
    'disable_fallocate = true',
    '[pipeline:main]',
    `pipeline = ${server}-server`,
    `[app:${server}-server]`,
    `use = egg:swift#${server}`,
    ...(server === 'object' ? ['replication_server = false'] : []),
    '',
  ].join('\n');
}

/** Configuration of the proxy, the server that speaks S3. */
export function proxyConfig(dir: string, port: number, user: string, secretKey: string): string {
  const filter = (name: string, egg: string, ...lines: string[]): string[] => [`[filter:${name}]`, `use = egg:swift#${egg}`, ...lines];
  return [
    ...common(dir, port, user),
    '[pipeline:main]',
    'pipeline = catch_errors cache listing_formats bulk s3api tempauth slo dlo versioned_writes proxy-server',
    '[app:proxy-server]',
    'use = egg:swift#proxy',
    'account_autocreate = true',
    ...filter('catch_errors', 'catch_errors'),
    // A port nobody listens on: a memcached of the machine is none of our business.
    ...filter('cache', 'memcache', 'memcache_servers = 127.0.0.1:1'),
    ...filter('listing_formats', 'listing_formats'),
    ...filter('bulk', 'bulk'),
    ...filter('s3api', 's3api', 'location = us-east-1', 's3_acl = false', 'max_upload_part_num = 10000'),
    ...filter('tempauth', 'tempauth', `user_test_tester = ${secretKey} .admin`),
    ...filter('slo', 'slo'),
    ...filter('dlo', 'dlo'),
    ...filter('versioned_writes', 'versioned_writes', 'allow_versioned_writes = true'),
    '',
  ].join('\n');
}

/** Makes the three rings, each of one device and one replica. Arguments: folder, then the ports of account, container, object. */
export const RINGS_SCRIPT = `
import os, sys
from swift.common.ring import RingBuilder
folder = sys.argv[1]
for name, port in zip(('account', 'container', 'object'), sys.argv[2:]):
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1, 'device': 'd1', 'meta': '',
                     'ip': '127.0.0.1', 'port': int(port), 'replication_ip': '127.0.0.1', 'replication_port': int(port)})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + '.ring.gz'))
`;

/**
 * Serves one server with the settings of `folder` instead of /etc/swift, so that nothing of the machine is changed and no right is needed.
 * Arguments: folder, configuration file, section.
 */
export const SERVE_SCRIPT = `
import sys
from swift.common import utils
utils.set_swift_dir(sys.argv[1])
from swift.common.wsgi import run_wsgi
options = {}
section = sys.argv[3]
if section == 'object-server':
    from swift.obj import server
    options['global_conf_callback'] = server.global_conf_callback
sys.exit(run_wsgi(sys.argv[2], section, **options))
`;
