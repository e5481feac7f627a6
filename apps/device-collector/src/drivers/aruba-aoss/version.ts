import { versionParser } from '../../platforms/parsing/version-fields';

/** `show version` and `show system`: the release is in both, serial number, name and age in the second, two fields in a line. */
export const parseAossVersion = versionParser({
  vendor: 'Aruba',
  os: 'AOS-S',
  twoColumns: true,
  fields: { 'system name': 'hostname', 'software revision': 'os_version', 'base mac addr': 'base_mac', 'serial number': 'serial', 'up time': 'uptime', 'memory - total': 'memory_bytes' },
  lines: [/^\s+(?<os_version>[A-Z]{1,2}\.\d{2}\.[\w.]+)$/],
  ignored: [
    /^Image stamp$|^Boot Image$|^Boot ROM Version$|^Active Boot ROM$|^ROM Version$/i,
    /^(?:[A-Z][a-z]{2} +\d{1,2} \d{4} [\d:]{8}|\d{1,5})$/,
    /^Status and Counters - General System Information$/i,
    /^(?:System Contact|System Location|MAC Age Time \(sec\)|Time Zone|Daylight Time Rule|CPU Util \(%\)|Free|IP Mgmt\s+- Pkts Rx|Pkts Tx|Packet\s+- Total|Buffers\s+Free|Lowest|Missed|Allow V\d Modules)$/i,
  ],
});
