import { NXOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { SYSLOG_ACTOR } from '../../platforms/normalising/change-actor';
import { parseNamedInventory } from '../../platforms/parsing/named-inventory';
import { switchPortParser } from '../../platforms/parsing/switch-ports';
import type { PlatformDefinition } from '../../platforms/platform';
import { parseNxosArp } from './arp';
import { NXOS_COMMANDS } from './commands';
import { parseNxosLldp } from './lldp';
import { parseNxosMac } from './mac';
import { parseNxosRoutes } from './routes';
import { NXOS_SESSION } from './session';
import { parseNxosVersion } from './version';

const CONFIGS = ['configs'];

/** Cisco NX-OS. */
export const CISCO_NXOS: PlatformDefinition = {
  name: 'cisco_nxos',
  title: 'Cisco NX-OS',
  session: NXOS_SESSION,
  commands: NXOS_COMMANDS,
  interfaces: NXOS_INTERFACES,
  parsers: {
    arp: { text: parseNxosArp },
    mac: { text: parseNxosMac },
    lldp: { text: parseNxosLldp },
    interfaces: { text: switchPortParser(NXOS_INTERFACES) },
    routes: { text: parseNxosRoutes },
    version: { text: parseNxosVersion },
    inventory: { text: parseNamedInventory },
  },
  noise: [
    { name: 'command', types: CONFIGS, pattern: /^!Command: .*$/ },
    { name: 'last-done', types: CONFIGS, pattern: /^!Running configuration last done at: .*$/ },
    { name: 'time', types: CONFIGS, pattern: /^!Time: .*$/ },
    { name: 'bios', types: CONFIGS, pattern: /^(?<head>version \S+(?:\([^)]*\))?\S*)\s+Bios:.*$/, keep: '$<head>' },
    { name: 'uptime', types: ['version'], pattern: /^(?<head>Kernel uptime is ).*$/, keep: '$<head><time>' },
    { name: 'last-reset', types: ['version'], pattern: /^Last reset at \d+ usecs after .*$/ },
  ],
  order: [
    { name: 'order-ntp', types: CONFIGS, kind: 'lines', pattern: /^ntp (?:server|peer) / },
    { name: 'order-users', types: CONFIGS, kind: 'lines', pattern: /^username / },
    { name: 'order-logging', types: CONFIGS, kind: 'lines', pattern: /^logging server / },
    { name: 'order-snmp-hosts', types: CONFIGS, kind: 'lines', pattern: /^snmp-server host / },
    { name: 'order-inventory', types: ['inventory'], kind: 'records', pattern: /^\s*NAME: / },
  ],
  secrets: [],
  actors: [{ pattern: /^(?<at>[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:.]+ \d{4}):type=\w+:id=(?<from>[0-9a-f.:]+)@\S*:user=(?<user>[^:]+):cmd=configure /i }, SYSLOG_ACTOR],
  configEnd: { leastChars: 200 },
};
