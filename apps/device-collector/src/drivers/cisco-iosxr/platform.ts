import { IOSXR_INTERFACES } from '../../platforms/canonical/interface-name';
import { planOf, stepOf } from '../../platforms/collecting/command-table';
import { SYSLOG_ACTOR } from '../../platforms/normalising/change-actor';
import { parseNamedInventory } from '../../platforms/parsing/named-inventory';
import type { PlatformDefinition } from '../../platforms/platform';
import { CISCO_LIKE_ERRORS, INTERRUPTERS, PAGERS } from '../../platforms/session/session-profile';
import { parseXrArp } from './arp';
import { parseXrVersion } from './version';

const CONFIGS = ['configs'];

/** Cisco IOS XR. */
export const CISCO_IOSXR: PlatformDefinition = {
  name: 'cisco_iosxr',
  title: 'Cisco IOS XR',
  session: {
    channel: 'shell',
    setup: ['terminal length 0', 'terminal width 0', 'terminal exec prompt no-timestamp'],
    prompt: /^RP\/\d+\/\S+\/CPU\d+:[\w.-]+(?:\([^)]+\))?#\s?$/,
    pagers: PAGERS,
    interrupters: INTERRUPTERS,
    errorLines: CISCO_LIKE_ERRORS,
    exit: ['exit'],
  },
  commands: {
    configs: planOf('configs', 'show running-config'),
    arp: planOf('arp', 'show arp', { ...stepOf('show arp vrf all'), extra: true }),
    mac: planOf('mac', 'show l2vpn forwarding bridge-domain mac-address location 0/0/CPU0'),
    lldp: planOf('lldp', 'show lldp neighbors detail'),
    interfaces: planOf('interfaces', 'show interfaces brief'),
    routes: planOf('routes', 'show route', { ...stepOf('show route vrf all'), extra: true }),
    version: planOf('version', 'show version'),
    inventory: planOf('inventory', stepOf('show inventory', 'admin show inventory')),
  },
  interfaces: IOSXR_INTERFACES,
  parsers: { arp: { text: parseXrArp }, inventory: { text: parseNamedInventory }, version: { text: parseXrVersion } },
  noise: [
    { name: 'timestamp', pattern: /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} \d{2}:\d{2}:\d{2}(?:\.\d+)?(?: \S+)?(?: \d{4})?$/ },
    { name: 'building', types: CONFIGS, pattern: /^Building configuration\.\.\.$/ },
    { name: 'last-change', types: CONFIGS, pattern: /^!! Last configuration change at .*$/ },
    { name: 'uptime', types: ['version'], pattern: /^(?<head>.* uptime is ).+$/, keep: '$<head><time>' },
  ],
  order: [{ name: 'order-inventory', types: ['inventory'], kind: 'records', pattern: /^\s*NAME: / }],
  secrets: [],
  actors: [{ pattern: /^!! Last configuration change at (?<at>.+?) by (?<user>\S+)$/ }, SYSLOG_ACTOR],
  configEnd: { always: /^end$/, leastChars: 100 },
};
