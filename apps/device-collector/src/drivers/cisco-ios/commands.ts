import { type CommandTable, extraOf, perVrfOf, planOf, privilegedOf, stepOf } from '../../platforms/collecting/command-table';
import type { VrfQuestion } from '../../platforms/collecting/command-run';

/** Cisco IOS and IOS XE. */
export const IOS_COMMANDS: CommandTable = {
  // Under role-based views only the second form shows everything the role may see.
  configs: planOf('configs', privilegedOf('show running-config', 'show running-config view full')),
  arp: planOf('arp', 'show ip arp', perVrfOf('show ip arp vrf {vrf}')),
  mac: planOf('mac', stepOf('show mac address-table', 'show mac-address-table')),
  lldp: planOf('lldp', 'show lldp neighbors detail', extraOf('show cdp neighbors detail')),
  // Routers have no switch ports.
  interfaces: planOf('interfaces', stepOf('show interfaces status', 'show ip interface brief'), extraOf('show interfaces description')),
  routes: planOf('routes', 'show ip route', { choices: [{ text: 'show ip route vrf {vrf}' }], extra: true, perVrf: true }),
  version: planOf('version', 'show version'),
  inventory: planOf('inventory', 'show inventory', extraOf('show switch')),
};

const HEADING = /^\s*Name\s+Default RD\b/;

/** The names of the VRFs: of two layouts, both with the name in the first column; lines that go on are indented deeper. */
export const IOS_VRFS: VrfQuestion = {
  choices: [{ text: 'show vrf' }, { text: 'show ip vrf' }],
  read: (text) => {
    const lines = text.split('\n');
    const heading = lines.findIndex((line) => HEADING.test(line));
    const indent = lines[heading]?.search(/\S/) ?? 0;
    return heading < 0 ? [] : lines.slice(heading + 1).flatMap((line) => (line.search(/\S/) === indent ? [line.trim().split(/\s+/)[0] ?? ''] : []));
  },
};
