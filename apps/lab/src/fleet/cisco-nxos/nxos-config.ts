import { accessLists } from '../cisco-ios/ios-config';
import { type DeviceView, portsOf, subnetOf, VLANS } from '../device-tables';
import { ctime } from '../text-forms';

/** `show running-config`; NX-OS does not close it with a word. */
export function nxosConfig(view: DeviceView): string {
  const { plan, state } = view;
  const head = ['', '!Command: show running-config', `!Running configuration last done at: ${ctime(state.configuredIn)}`, `!Time: ${ctime(state.generation)}`, '', `version ${plan.version} Bios:version 07.69 `];
  const body = [...baseLines(view), ...portLines(view)];
  const tail = tailLines(view);
  const size = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);
  const filler = accessLists(view, plan.configBytes - size(body) - size(tail)).map((line) => (line === '!' ? '' : line.replace('ip access-list extended', 'ip access-list')));
  return `${[...head, ...body, ...filler, ...tail].join('\n')}\n`;
}

function baseLines({ plan }: DeviceView): string[] {
  return [
    `hostname ${plan.name}`,
    'feature lldp',
    'feature interface-vlan',
    '',
    `username admin password 5 $5$${plan.serial}$notarealhash  role network-admin`,
    'username netops password 5 $5$NOTREAL$notarealhash  role network-operator',
    `ip domain-name ${plan.site}.example.net`,
    `snmp-server community c0mm-${plan.serial} group network-operator`,
    'ntp server 192.0.2.1 use-vrf management',
    'ntp server 192.0.2.2 use-vrf management',
    ...plan.vrfs.map((vrf) => `vrf context ${vrf}`),
    `vlan 1,${VLANS.join(',')}`,
    ...VLANS.flatMap((vlan) => [`vlan ${vlan}`, `  name V${vlan}-${plan.site}`]),
    '',
  ];
}

function portLines(view: DeviceView): string[] {
  return [
    ...VLANS.flatMap((vlan) => [`interface Vlan${vlan}`, '  no shutdown', `  ip address ${subnetOf(view.plan.index, vlan)}.1/24`, '']),
    ...portsOf(view).flatMap((port) => [
      `interface Ethernet1/${port.number}`,
      ...(port.description === '' ? [] : [`  description ${port.description}`]),
      ...(port.vlan === 'trunk' ? ['  switchport mode trunk'] : [`  switchport access vlan ${port.vlan}`]),
      ...(port.status === 'disabled' ? ['  shutdown'] : ['  no shutdown']),
      '',
    ]),
    'interface mgmt0',
    '  vrf member management',
    '',
  ];
}

function tailLines({ plan, state }: DeviceView): string[] {
  return [
    'line console',
    'line vty',
    `boot nxos bootflash:/nxos.${plan.version.replace(/[()]/g, '.').replace(/\.$/, '')}.bin`,
    `ip route 0.0.0.0/0 ${subnetOf(plan.index, 10)}.254`,
    ...state.routes.map(({ prefix, via }) => `ip route ${prefix} ${via}`),
    ...state.configLines,
    '',
  ];
}
