import { type CommandTable, planOf, privilegedOf, type CommandStep } from '../../platforms/collecting/command-table';

/** Text first, because it is what people read; JSON for who prefers it. */
function either(text: string): CommandStep {
  return { choices: [{ text }, { text: `${text} | json`, format: 'json' }] };
}

/** Arista EOS. */
export const EOS_COMMANDS: CommandTable = {
  configs: planOf('configs', privilegedOf('show running-config')),
  arp: planOf('arp', either('show ip arp vrf all')),
  mac: planOf('mac', either('show mac address-table')),
  lldp: planOf('lldp', 'show lldp neighbors detail'),
  interfaces: planOf('interfaces', either('show interfaces status')),
  routes: planOf('routes', either('show ip route vrf all')),
  version: planOf('version', either('show version')),
  inventory: planOf('inventory', 'show inventory'),
};
