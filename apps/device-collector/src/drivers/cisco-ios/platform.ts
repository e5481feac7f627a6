import { IOS_INTERFACES } from '../../platforms/canonical/interface-name';
import { SYSLOG_ACTOR } from '../../platforms/normalising/change-actor';
import { parseNamedInventory } from '../../platforms/parsing/named-inventory';
import type { PlatformDefinition } from '../../platforms/platform';
import { parseIosArp } from './arp';
import { IOS_COMMANDS, IOS_VRFS } from './commands';
import { parseIosInterfaces } from './interfaces';
import { parseIosLldp } from './lldp';
import { parseIosMac } from './mac';
import { IOS_NOISE, IOS_ORDER } from './noise';
import { parseIosRoutes } from './routes';
import { IOS_SESSION } from './session';
import { parseIosVersion } from './version';

/** Cisco IOS and IOS XE. */
export const CISCO_IOS: PlatformDefinition = {
  name: 'cisco_ios',
  title: 'Cisco IOS and IOS XE',
  session: IOS_SESSION,
  commands: IOS_COMMANDS,
  vrfs: IOS_VRFS,
  interfaces: IOS_INTERFACES,
  parsers: {
    arp: { text: parseIosArp },
    mac: { text: parseIosMac },
    lldp: { text: parseIosLldp },
    interfaces: { text: parseIosInterfaces },
    routes: { text: parseIosRoutes },
    version: { text: parseIosVersion },
    inventory: { text: parseNamedInventory },
  },
  noise: IOS_NOISE,
  order: IOS_ORDER,
  secrets: [],
  actors: [{ pattern: /^! Last configuration change at (?<at>.+?) by (?<user>\S+)$/ }, SYSLOG_ACTOR],
  configEnd: { always: /^end$/, leastChars: 200 },
};
