import { type CommandTable, extraOf, planOf, stepOf } from '../../platforms/collecting/command-table';

/** Cisco NX-OS. Text first: its JSON costs more CPU and is malformed on some trains. */
export const NXOS_COMMANDS: CommandTable = {
  configs: planOf('configs', 'show running-config'),
  arp: planOf('arp', 'show ip arp vrf all'),
  mac: planOf('mac', 'show mac address-table'),
  lldp: planOf('lldp', 'show lldp neighbors detail', extraOf('show cdp neighbors detail')),
  interfaces: planOf('interfaces', 'show interface status'),
  routes: planOf('routes', 'show ip route vrf all'),
  version: planOf('version', 'show version'),
  inventory: planOf('inventory', stepOf('show inventory all', 'show inventory')),
};
