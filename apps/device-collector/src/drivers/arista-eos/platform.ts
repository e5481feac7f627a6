import { EOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { SYSLOG_ACTOR } from '../../platforms/normalising/change-actor';
import { switchPortParser } from '../../platforms/parsing/switch-ports';
import type { PlatformDefinition } from '../../platforms/platform';
import { parseEosArp, parseEosArpJson } from './arp';
import { EOS_COMMANDS } from './commands';
import { parseEosInterfacesJson } from './interfaces-json';
import { parseEosInventory } from './inventory';
import { parseEosLldp } from './lldp';
import { parseEosMac, parseEosMacJson } from './mac';
import { parseEosRoutes, parseEosRoutesJson } from './routes';
import { EOS_SESSION } from './session';
import { parseEosVersion, parseEosVersionJson } from './version';

const CONFIGS = ['configs'];

/** Arista EOS. */
export const ARISTA_EOS: PlatformDefinition = {
  name: 'arista_eos',
  title: 'Arista EOS',
  session: EOS_SESSION,
  commands: EOS_COMMANDS,
  interfaces: EOS_INTERFACES,
  parsers: {
    arp: { text: parseEosArp, json: parseEosArpJson },
    mac: { text: parseEosMac, json: parseEosMacJson },
    lldp: { text: parseEosLldp },
    interfaces: { text: switchPortParser(EOS_INTERFACES), json: parseEosInterfacesJson },
    routes: { text: parseEosRoutes, json: parseEosRoutesJson },
    version: { text: parseEosVersion, json: parseEosVersionJson },
    inventory: { text: parseEosInventory },
  },
  noise: [
    { name: 'command', types: CONFIGS, pattern: /^! Command: .*$/ },
    { name: 'time', types: CONFIGS, pattern: /^! Time: .*$/ },
    { name: 'startup-modified', types: CONFIGS, pattern: /^! Startup-config last modified at .*$/ },
    { name: 'uptime', types: ['version'], pattern: /^(?<head>Uptime:\s+).*$/, keep: '$<head><time>' },
    { name: 'free-memory', types: ['version'], pattern: /^Free memory:\s+.*$/ },
  ],
  order: [
    { name: 'order-ntp', types: CONFIGS, kind: 'lines', pattern: /^ntp server / },
    { name: 'order-users', types: CONFIGS, kind: 'lines', pattern: /^username / },
    { name: 'order-logging', types: CONFIGS, kind: 'lines', pattern: /^logging host / },
    { name: 'order-snmp-hosts', types: CONFIGS, kind: 'lines', pattern: /^snmp-server host / },
  ],
  secrets: [],
  actors: [{ pattern: /^! Startup-config last modified at (?<at>.+?) by (?<user>\S+)$/ }, SYSLOG_ACTOR],
  configEnd: { always: /^end$/, leastChars: 200 },
};
