import { ACCOUNT_RIGHTS, type HostAccount, type HostPlan } from '../linux-hosts/host-plan';

/** Last octet of the router in the lab's network; behind every host. */
export const ROUTER_OCTET = 240;
const NETOPS_UID = 20_003;
/** Group that may speak with FRR's daemons; Debian's package makes it. */
const VTY_GROUP = 'frrvty';

/** FRR's configuration at the start. */
export function routerConfig(name: string, prefix: string): string {
  return [
    'frr version 8.4',
    'frr defaults traditional',
    `hostname ${name}`,
    'ip forwarding',
    'no ipv6 forwarding',
    'service integrated-vtysh-config',
    '!',
    `ip route 10.60.0.0/16 ${prefix}.254`,
    'ip route 10.61.0.0/16 192.0.2.2',
    '!',
    'interface lan0',
    ' description office network',
    ' ip address 192.0.2.1/24',
    'exit',
    '!',
    'interface lan1',
    ' description server network',
    ' ip address 198.51.100.1/24',
    'exit',
    '!',
    'ip prefix-list OFFICE seq 5 permit 192.0.2.0/24',
    '!',
    'end',
    '',
  ].join('\n');
}

/**
 * Run in the router's namespaces before its sshd. A network is one end of a veth pair: it has a carrier without anybody
 * else. `-u` and `-g` are what Debian's package starts the daemons with.
 */
const START_FRR = `#!/bin/sh
set -eu
for lan in lan0 lan1; do
  ip link add $lan type veth peer name p$lan
  ip link set $lan up
  ip link set p$lan up
done
echo 1 > /proc/sys/net/ipv4/ip_forward
mkdir -p /run/frr /var/tmp/frr
chown frr:frr /run/frr /var/tmp/frr
for daemon in zebra staticd; do
  /usr/lib/frr/$daemon -d -u frr -g frr -A 127.0.0.1 -P 0 --log file:/run/frr/$daemon.log </dev/null >/run/frr/$daemon.out 2>&1
done
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -S /run/frr/staticd.vty ] && [ -S /run/frr/zebra.vty ] && break
  sleep 0.1
done
vtysh -b >/run/frr/boot.out 2>&1
`;

/**
 * A router: a host of the lab with FRRouting, whose users meet FRR's own command line instead of a shell.
 * @param prefix first three octets of the lab's network
 */
export function planRouter(prefix: string, newPassword: () => string): HostPlan {
  const name = 'lab-frr-1';
  const netops: HostAccount = { username: 'netops', uid: NETOPS_UID, rights: ACCOUNT_RIGHTS.none, password: newPassword(), shell: '/usr/bin/vtysh', groups: [VTY_GROUP] };
  const root: HostAccount = { username: 'root', uid: 0, rights: ACCOUNT_RIGHTS.root, password: newPassword() };
  const vtyshConfig = ['service integrated-vtysh-config', 'username netops nopassword', 'username root nopassword', ''];
  return {
    name,
    index: ROUTER_OCTET,
    address: `${prefix}.${ROUTER_OCTET}`,
    faults: [],
    accounts: [netops, root],
    primary: netops,
    tmpMiB: 16,
    files: [
      { path: 'lab-init', mode: 0o755, text: START_FRR },
      { path: 'frr/frr.conf', mode: 0o644, text: routerConfig(name, prefix) },
      { path: 'frr/vtysh.conf', mode: 0o644, text: vtyshConfig.join('\n') },
      { path: 'pam.d/frr', mode: 0o644, text: 'auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n' },
    ],
  };
}
