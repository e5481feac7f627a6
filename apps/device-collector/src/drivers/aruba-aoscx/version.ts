import { versionParser } from '../../platforms/parsing/version-fields';

/** `show version` and `show system`: a field a line; serial number, model and name are in the second. */
export const parseAoscxVersion = versionParser({
  vendor: 'Aruba',
  os: 'AOS-CX',
  fields: {
    hostname: 'hostname',
    'product name': 'model',
    'chassis serial nbr': 'serial',
    'base mac address': 'base_mac',
    version: 'os_version',
    'arubaos-cx version': 'os_version',
    'aos-cx version': 'os_version',
    'up time': 'uptime',
    'active image': 'image_file',
  },
  ignored: [
    /^-{5,}$|^(?:ArubaOS-CX|AOS-CX)$|^\(c\) Copyright /i,
    /^(?:Build (?:Date|ID|SHA)|Service OS Version|BIOS Version|System (?:Description|Contact|Location)|Vendor|Time ?zone|Time Zone|CPU Util \(%\)(?: \(.*\))?|Memory Usage \(%\))$/i,
  ],
});
