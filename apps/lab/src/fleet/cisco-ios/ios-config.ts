import { type DeviceView, portsOf, subnetOf, VLANS } from '../device-tables';
import { iosTime } from '../text-forms';
import { between, topicRandom } from '../topic-random';
import { iosPort } from './ios-names';

/** `show running-config`: what every switch has, and as many access lists as it takes. */
export function iosConfig(view: DeviceView): string {
  const { plan, state } = view;
  const body = [...baseLines(view), ...portLines(view)];
  const tail = tailLines(view);
  const size = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);
  const filler = accessLists(view, plan.configBytes - size(body) - size(tail));
  const text = [...body, ...filler, ...tail].join('\n');
  return `Building configuration...\n\nCurrent configuration : ${text.length} bytes\n!\n! Last configuration change at ${iosTime(state.configuredIn)} by ${state.actor}\n! NVRAM config last updated at ${iosTime(state.configuredIn)} by ${state.actor}\n!\n${text}\n`;
}

function baseLines({ plan, state }: DeviceView): string[] {
  return [
    `version ${plan.version.split('.').slice(0, 2).join('.')}`,
    'service timestamps log datetime msec',
    'service password-encryption',
    '!',
    `hostname ${plan.name}`,
    '!',
    `enable secret 9 $9$${plan.serial}$notarealhash`,
    '!',
    'aaa new-model',
    'aaa authentication login default group tacacs+ local',
    `username netops privilege 15 secret 9 $9$${plan.name}$notarealhash`,
    'username rescue privilege 15 password 7 0822455D0A16',
    '!',
    `ip domain name ${plan.site}.example.net`,
    ...plan.vrfs.flatMap((vrf) => [`vrf definition ${vrf}`, ' !', ' address-family ipv4', ' exit-address-family', '!']),
    ...VLANS.flatMap((vlan) => [`vlan ${vlan}`, ` name V${vlan}-${plan.site}`, '!']),
    `ntp clock-period ${36_029_000 + ((plan.index * 31 + state.generation * 7) % 999)}`,
    '!',
  ];
}

function portLines(view: DeviceView): string[] {
  const { plan } = view;
  return [
    ...portsOf(view).flatMap((port) => [
      `interface ${iosPort(plan, port.number)}`,
      ...(port.description === '' ? [] : [` description ${port.description}`]),
      ...(port.vlan === 'trunk' ? [' switchport mode trunk'] : [` switchport access vlan ${port.vlan}`, ' switchport mode access', ' spanning-tree portfast']),
      ...(port.status === 'disabled' ? [' shutdown'] : []),
      '!',
    ]),
    ...VLANS.flatMap((vlan) => [`interface Vlan${vlan}`, ` ip address ${subnetOf(plan.index, vlan)}.1 255.255.255.0`, '!']),
  ];
}

/** Lists of their own in every device: what belongs to one and turns up at another is seen at once. */
export function accessLists({ plan }: DeviceView, bytes: number): string[] {
  const random = topicRandom(plan.seed, plan.index, 'lists');
  const lines: string[] = [];
  for (let size = 0, list = 0; size < bytes; ) {
    const entries = 40;
    const made = [`ip access-list extended ACL-${plan.name}-${list}`, ...Array.from({ length: entries }, (_, entry) => ` ${(entry + 1) * 10} permit tcp 10.${between(random, 0, 255)}.${between(random, 0, 255)}.0 0.0.0.255 host 172.30.${between(random, 0, 255)}.${between(random, 1, 254)} eq ${between(random, 1, 65_535)}`), '!'];
    list += 1;
    lines.push(...made);
    size += made.reduce((sum, line) => sum + line.length + 1, 0);
  }
  return lines;
}

function tailLines({ plan, state }: DeviceView): string[] {
  return [
    `ip route 0.0.0.0 0.0.0.0 ${subnetOf(plan.index, 10)}.254`,
    ...state.routes.map(({ prefix, via }) => `ip route ${prefix.split('/')[0]} ${mask(Number(prefix.split('/')[1]))} ${via}`),
    'logging host 192.0.2.20',
    `snmp-server community c0mm-${plan.serial} RO`,
    `snmp-server location ${plan.site} <noc@example.net>`,
    'tacacs server T1',
    ' address ipv4 192.0.2.30',
    ' key 7 14141B180F0B',
    'ntp server 192.0.2.1',
    'ntp server 192.0.2.2',
    ...state.configLines,
    '!',
    'line vty 0 4',
    ' transport input ssh',
    '!',
    'end',
  ];
}

/** `24` is `255.255.255.0`. */
function mask(length: number): string {
  const bits = length === 0 ? 0 : (0xff_ff_ff_ff << (32 - length)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}
