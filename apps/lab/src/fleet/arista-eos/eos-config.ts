import { accessLists } from '../cisco-ios/ios-config';
import { type DeviceView, portsOf, subnetOf, VLANS } from '../device-tables';
import { ctime } from '../text-forms';

/** `show running-config` */
export function eosConfig(view: DeviceView): string {
  const { plan, state } = view;
  const head = ['! Command: show running-config', `! Time: ${ctime(state.generation)}`, `! device: ${plan.name} (${plan.model}, EOS-${plan.version})`, '!', `! Startup-config last modified at ${ctime(state.configuredIn)} by ${state.actor}`, '!', '! boot system flash:/EOS.swi', '!'];
  const body = [...baseLines(view), ...portLines(view)];
  const tail = tailLines(view);
  const size = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);
  const filler = accessLists(view, plan.configBytes - size(body) - size(tail)).map((line) => (line.startsWith(' ') ? `  ${line}` : line.replace('ip access-list extended', 'ip access-list')));
  return `${[...head, ...body, ...filler, ...tail].join('\n')}\n`;
}

function baseLines({ plan }: DeviceView): string[] {
  return [
    `hostname ${plan.name}`,
    `dns domain ${plan.site}.example.net`,
    '!',
    'ntp server 192.0.2.1',
    'ntp server 192.0.2.2',
    '!',
    `snmp-server community c0mm-${plan.serial} ro`,
    '!',
    `username netops privilege 15 role network-admin secret sha512 $6$${plan.serial}$notarealhash`,
    '!',
    ...plan.vrfs.flatMap((vrf) => [`vrf instance ${vrf}`, '!']),
    ...VLANS.flatMap((vlan) => [`vlan ${vlan}`, `   name V${vlan}-${plan.site}`, '!']),
  ];
}

function portLines(view: DeviceView): string[] {
  return [
    ...portsOf(view).flatMap((port) => [
      `interface Ethernet${port.number}`,
      ...(port.description === '' ? [] : [`   description ${port.description}`]),
      ...(port.vlan === 'trunk' ? ['   switchport mode trunk'] : [`   switchport access vlan ${port.vlan}`]),
      ...(port.status === 'disabled' ? ['   shutdown'] : []),
      '!',
    ]),
    ...VLANS.flatMap((vlan) => [`interface Vlan${vlan}`, `   ip address ${subnetOf(view.plan.index, vlan)}.1/24`, '!']),
  ];
}

function tailLines({ plan, state }: DeviceView): string[] {
  return [`ip route 0.0.0.0/0 ${subnetOf(plan.index, 10)}.254`, ...state.routes.map(({ prefix, via }) => `ip route ${prefix} ${via}`), '!', 'ip routing', '!', ...state.configLines, ...(state.configLines.length === 0 ? [] : ['!']), 'end'];
}
