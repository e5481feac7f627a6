import { arpsOf, type DeviceView, macOf, macsOf, neighboursOf, portsOf, routesOf, serialOf, subnetOf, uptimeOf, VLANS } from '../device-tables';
import type { FleetText } from '../fleet-platform';
import { announcedPort } from '../port-names';
import { between, topicRandom } from '../topic-random';

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
const colons = (mac: string): string => mac.replace(/..(?!$)/g, '$&:');

function configs(view: DeviceView): string {
  const { plan, state } = view;
  const random = topicRandom(plan.seed, plan.index, 'lists');
  const rules: string[] = [];
  for (let size = 600; size < plan.configBytes; ) {
    const rule = `    ip saddr 10.${between(random, 0, 255)}.${between(random, 0, 255)}.0/24 tcp dport ${between(random, 1, 65_535)} accept comment "${plan.name}-${rules.length}"`;
    rules.push(rule);
    size += rule.length + 1;
  }
  return lines([
    '### /etc/hostname',
    plan.name,
    '### /etc/resolv.conf',
    `search ${plan.site}.example.net`,
    'nameserver 192.0.2.53',
    '### /etc/network/interfaces',
    ...VLANS.flatMap((vlan) => [`auto vlan${vlan}`, `iface vlan${vlan} inet static`, `  address ${subnetOf(plan.index, vlan)}.1/24`]),
    ...state.routes.map(({ prefix, via }) => `  up ip route add ${prefix} via ${via}`),
    '### /etc/nftables.conf',
    'table inet filter {',
    '  chain input {',
    ...rules,
    '  }',
    '}',
    '### /etc/chrony/chrony.conf',
    'server 192.0.2.1 iburst',
    ...state.configLines,
  ]);
}

function arp(view: DeviceView): string {
  return json(arpsOf(view).flatMap(({ ip, mac, vlan, ageSec }) => (ageSec === null ? [] : [{ dst: ip, dev: `vlan${vlan}`, ...(mac === null ? { state: ['FAILED'] } : { lladdr: colons(mac), state: ['STALE'] }) }])));
}

function mac(view: DeviceView): string {
  return json(macsOf(view).map(({ mac: address, vlan, port }) => ({ mac: colons(address), ifname: `eth${port}`, vlan, flags: [], master: 'br0', state: '' })));
}

function lldp(view: DeviceView): string {
  const interfaces = neighboursOf(view).map(({ port, peer, peerPort }) => ({
    [`eth${port}`]: { via: 'LLDP', rid: '1', chassis: { [`${peer.name}.${peer.site}.example.net`]: { id: { type: 'mac', value: colons(macOf(peer.index, 1)) }, descr: 'a switch', 'mgmt-ip': `${subnetOf(peer.index, 10)}.1`, capability: [{ type: 'Bridge', enabled: true }, { type: 'Router', enabled: true }] } }, port: { id: { type: 'ifname', value: announcedPort(peer, peerPort) }, descr: `link to ${view.plan.name}`, ttl: '120' } },
  }));
  return json({ lldp: interfaces.length === 0 ? {} : { interface: interfaces } });
}

function interfaces(view: DeviceView): string {
  return json([
    { ifname: 'lo', flags: ['LOOPBACK', 'UP', 'LOWER_UP'], operstate: 'UNKNOWN', link_type: 'loopback', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8 }] },
    ...portsOf(view).map(({ number, status }) => ({ ifname: `eth${number}`, flags: ['BROADCAST', 'MULTICAST', ...(status === 'disabled' ? [] : ['UP'])], operstate: status === 'connected' ? 'UP' : 'DOWN', link_type: 'ether', addr_info: [] })),
    ...VLANS.map((vlan) => ({ ifname: `vlan${vlan}`, flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'], operstate: 'UP', link_type: 'ether', addr_info: [{ family: 'inet', local: `${subnetOf(view.plan.index, vlan)}.1`, prefixlen: 24 }] })),
  ]);
}

function routes(view: DeviceView): string {
  return json(routesOf(view).map(({ prefix, protocol, via, out, metric }) => {
    const dev = out === null ? 'vlan10' : 'vlan' in out ? `vlan${out.vlan}` : `eth${out.port}`;
    switch (protocol) {
      case 'local':
        return { type: 'local', dst: prefix.replace('/32', ''), dev, table: 'local', protocol: 'kernel', scope: 'host', flags: [] };
      case 'connected':
        return { dst: prefix, dev, protocol: 'kernel', scope: 'link', flags: [] };
      case 'static':
        return { dst: prefix === '0.0.0.0/0' ? 'default' : prefix, gateway: via, dev, protocol: 'static', flags: [] };
      case 'ospf':
        return { dst: prefix, gateway: via, dev, protocol: 'ospf', metric, flags: [] };
    }
  }));
}

function version(view: DeviceView): string {
  return lines(['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', 'NAME="Debian GNU/Linux"', 'VERSION_ID="12"', 'ID=debian', `CAPSTAN_UNAME=Linux ${view.plan.name} 6.1.0-30-amd64 x86_64`, `CAPSTAN_UPTIME=${uptimeOf(view)}`, 'CAPSTAN_MODEL=KVM', 'CAPSTAN_MEMORY=4030000 kB']);
}

function inventory(view: DeviceView): string {
  return lines(['# dmidecode 3.4', 'Getting SMBIOS data from sysfs.', 'SMBIOS 2.8 present.', '', 'Handle 0x0100, DMI type 1, 27 bytes', 'System Information', '\tManufacturer: Example', '\tProduct Name: Box 7', '\tVersion: 2', `\tSerial Number: ${serialOf(view)}`, '', 'Handle 0x0300, DMI type 3, 22 bytes', 'Chassis Information', '\tManufacturer: Example', '\tType: Rack Mount', '\tSerial Number: Not Specified']);
}

/** What `dmidecode` lists. */
export const LINUX_PARTS = 2;

/** What a Linux host says. */
export const LINUX_TEXTS = { configs, arp, mac, lldp, interfaces, routes, version, inventory } as const satisfies Readonly<Record<string, FleetText>>;
