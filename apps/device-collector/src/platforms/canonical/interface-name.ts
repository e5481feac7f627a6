/** The long names of interface types of one operating system, each with what may stand for it. */
export type InterfaceNames = readonly (readonly [long: string, ...short: string[]])[];

const NUMBERED = /^([A-Za-z][A-Za-z-]*?)\s*(\d[\d/.:]*)$/;

/**
 * The name in full, as the configuration writes it: `Gi1/0/1` is `GigabitEthernet1/0/1` on IOS, `Et1` is `Ethernet1` on
 * EOS. A name the platform does not know stays as it is.
 */
export function canonicalInterface(name: string, names: InterfaceNames): string {
  const trimmed = name.trim();
  const numbered = NUMBERED.exec(trimmed);
  if (numbered === null) {
    return trimmed;
  }
  const [, kind = '', number = ''] = numbered;
  const long = indexOf(names).get(kind.toLowerCase());
  return long === undefined ? trimmed : `${long}${number}`;
}

/** Tables have tens of thousands of lines with a name in each. */
const indexes = new WeakMap<InterfaceNames, ReadonlyMap<string, string>>();

function indexOf(names: InterfaceNames): ReadonlyMap<string, string> {
  let index = indexes.get(names);
  if (index === undefined) {
    // Of two types with the same short form the first one counts.
    index = new Map([...names].reverse().flatMap(([long, ...short]) => [...short, long].map((form): [string, string] => [form.toLowerCase(), long])));
    indexes.set(names, index);
  }
  return index;
}

/** Cisco IOS and IOS XE. */
export const IOS_INTERFACES: InterfaceNames = [
  ['GigabitEthernet', 'Gi', 'Gig', 'GigE'],
  ['FastEthernet', 'Fa', 'Fas'],
  ['TenGigabitEthernet', 'Te', 'Ten', 'TenGig'],
  ['TwoGigabitEthernet', 'Tw', 'Two'],
  ['FiveGigabitEthernet', 'Fi', 'Five'],
  ['TwentyFiveGigE', 'Twe', 'TwentyFiveGigabitEthernet'],
  ['FortyGigabitEthernet', 'Fo', 'For'],
  ['HundredGigE', 'Hu', 'Hun', 'HundredGigabitEthernet'],
  ['FourHundredGigE', 'F', 'Fou'],
  ['AppGigabitEthernet', 'Ap'],
  ['Ethernet', 'Et', 'Eth'],
  ['Port-channel', 'Po', 'Port'],
  ['Vlan', 'Vl'],
  ['Loopback', 'Lo'],
  ['Tunnel', 'Tu'],
  ['Serial', 'Se'],
  ['Null', 'Nu'],
  ['BDI', 'BD'],
  ['Dialer', 'Di'],
  ['Virtual-Access', 'Vi'],
  ['Virtual-Template', 'Vt'],
  ['Multilink', 'Mu'],
  ['Cellular', 'Ce'],
  ['Async', 'As'],
  ['nve', 'nv'],
];

/** Cisco NX-OS. */
export const NXOS_INTERFACES: InterfaceNames = [
  ['Ethernet', 'Eth', 'Et'],
  ['port-channel', 'Po', 'port-chan', 'Port-channel'],
  ['Vlan', 'Vl'],
  ['loopback', 'Lo'],
  ['Tunnel', 'Tu', 'tunnel'],
  ['vPC', 'vpc'],
];

/** Cisco IOS XR. */
export const IOSXR_INTERFACES: InterfaceNames = [
  ['GigabitEthernet', 'Gi'],
  ['TenGigE', 'Te'],
  ['TwentyFiveGigE', 'TF'],
  ['FortyGigE', 'Fo'],
  ['HundredGigE', 'Hu'],
  ['FourHundredGigE', 'FH'],
  ['Bundle-Ether', 'BE'],
  ['MgmtEth', 'Mg'],
  ['Loopback', 'Lo'],
  ['Null', 'Nu'],
  ['tunnel-te', 'tt'],
];

/** Arista EOS. */
export const EOS_INTERFACES: InterfaceNames = [
  ['Ethernet', 'Et', 'Eth'],
  ['Port-Channel', 'Po'],
  ['Vlan', 'Vl'],
  ['Management', 'Ma'],
  ['Loopback', 'Lo'],
  ['Tunnel', 'Tu'],
  ['Vxlan', 'Vx'],
  ['Null', 'Nu'],
];
