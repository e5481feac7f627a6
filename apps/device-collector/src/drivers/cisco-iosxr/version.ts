import { versionParser } from '../../platforms/parsing/version-fields';

/** `show version` of the 32-bit and the 64-bit trains, down to the list of packages. Serial numbers are in the inventory. */
export const parseXrVersion = versionParser({
  vendor: 'Cisco',
  os: 'IOS-XR',
  fields: {},
  lines: [
    /^Cisco IOS[ -]XR Software, Version (?<os_version>[^\s[,]+)/i,
    /^(?<hostname>[\w.-]+) uptime is (?<uptime>.+)$/i,
    /^System uptime is (?<uptime>.+)$/i,
    /^System image file is "?(?<image_file>[^"]+)"?$/i,
    /^cisco (?<model>\S+)(?: Series)?(?: \([^)]*\))* processor with \S+ (?:bytes )?of memory\.?$/i,
  ],
  ignored: [
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d+ [\d:.]+ /,
    /^Copyright \(c\)|^ROM: |^Build Information$|^(?:Built (?:By|On)|Build Host|Workspace|Version|Location|Label|Lineup)$/i,
    /^cisco \S+(?: Series)?(?: \([^)]*\))*$/i,
    /^(?:\S+ )*processor at \S+,? Revision /i,
    /\bChassis\b/,
    /^\d+ (?:Management Ethernet|\S*(?:Ethernet|GigE|GE|Gig)\S*|SONET|DWDM|WANPHY|Serial|PLIM|OC-?\d+)/i,
    /^\d+K bytes of (?:non-volatile|\S+)|^\d+[KMG]B? (?:bytes )?of \S+|^\d+k bytes of disk/i,
    /^Configuration register on node |^Boot device on node |^Package active on node |^Package active |^[\w.+-]+, V \S+, /i,
    /^(?:Built on|By \S+ in) /i,
  ],
});
