import { jsonOf, planOf } from '../../platforms/collecting/command-table';
import type { PlatformDefinition } from '../../platforms/platform';
import { PAGERS } from '../../platforms/session/session-profile';
import { parseDmidecode, parseLinuxVersion, VERSION_COMMAND } from './host-identity';
import { parseBridgeFdb, parseIpAddr, parseIpNeigh, parseIpRoute } from './ip-json';
import { parseLldpctl } from './lldpctl-json';

/** The configuration of a host: these files, each below a line with its name. */
const FILES = ['/etc/hostname', '/etc/hosts', '/etc/resolv.conf', '/etc/network/interfaces', '/etc/network/interfaces.d/*', '/etc/netplan/*.yaml', '/etc/systemd/network/*', '/etc/sysctl.conf', '/etc/sysctl.d/*.conf', '/etc/ssh/sshd_config', '/etc/nftables.conf', '/etc/chrony/chrony.conf', '/etc/ntpsec/ntp.conf', '/etc/frr/frr.conf'];

/** Linux, one command per channel. */
export const LINUX: PlatformDefinition = {
  name: 'linux',
  title: 'Linux',
  session: {
    channel: 'exec',
    setup: ['export PAGER=cat LC_ALL=C', 'stty cols 512', "PS1='CAPSTAN_$ '"],
    prompt: /^CAPSTAN_\$ $/,
    enable: { command: 'sudo -S -p "CAPSTAN_PASSWORD:" -i', needed: /\$\s?$/, askSecret: /^CAPSTAN_PASSWORD:$/, askUser: /(?!)/ },
    pagers: PAGERS,
    interrupters: [],
    errorLines: [
      { pattern: /(?:^|: )command not found$/, class: 'CMD_INVALID' },
      { pattern: /: not found$/, class: 'CMD_INVALID' },
      { pattern: /(?:^|: )Permission denied$/i, class: 'CMD_UNAUTHORIZED' },
      { pattern: /^(?:sudo: )?a (?:terminal|password) is required/i, class: 'CMD_UNAUTHORIZED' },
      { pattern: /^Option "-?j\S*" is unknown/i, class: 'CMD_INVALID' },
    ],
    exit: ['exit'],
  },
  commands: {
    configs: planOf('configs', `for f in ${FILES.join(' ')}; do [ -r "$f" ] && [ -f "$f" ] && echo "### $f" && cat "$f"; done; true`),
    arp: planOf('arp', jsonOf('ip -j neigh')),
    mac: planOf('mac', jsonOf('bridge -j fdb')),
    lldp: planOf('lldp', jsonOf('lldpctl -f json')),
    interfaces: planOf('interfaces', jsonOf('ip -j addr')),
    routes: planOf('routes', jsonOf('ip -j route show table all')),
    version: planOf('version', VERSION_COMMAND),
    inventory: planOf('inventory', { choices: [{ text: 'sudo -n dmidecode -t system -t baseboard -t chassis' }, { text: 'dmidecode -t system -t baseboard -t chassis' }] }),
  },
  interfaces: [],
  parsers: {
    arp: { json: parseIpNeigh },
    mac: { json: parseBridgeFdb },
    lldp: { json: parseLldpctl },
    interfaces: { json: parseIpAddr },
    routes: { json: parseIpRoute },
    version: { text: parseLinuxVersion },
    inventory: { text: parseDmidecode },
  },
  noise: [{ name: 'uptime', types: ['version'], pattern: /^CAPSTAN_UPTIME=.*$/ }],
  order: [],
  secrets: [],
  actors: [],
  configEnd: { leastChars: 20 },
};
