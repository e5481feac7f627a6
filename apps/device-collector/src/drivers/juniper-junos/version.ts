import { versionParser } from '../../platforms/parsing/version-fields';

/**
 * `show version`: name, model and release, then the packages with theirs in brackets; older releases name the release with
 * the packages only. A virtual chassis says it member by member, all alike. Serial numbers are in the inventory.
 */
export const parseJunosVersion = versionParser({
  vendor: 'Juniper',
  os: 'Junos',
  fields: { hostname: 'hostname', model: 'model', junos: 'os_version' },
  lines: [/^JUNOS (?:Base OS boot|Base OS Software Suite|EX\s+Software Suite|Software Release) \[(?<os_version>[^\]]+)\]$/i],
  ignored: [/^(?:JUNOS|Junos|FIPS|FreeBSD|py-|vrr|fpga|srx|Host|Online Documentation)\b.*\[[^\]]+\]$/i, /^Family$/i, /^(?:fpc\d+|localre|node\d+|member\d+):?$/i, /^-{5,}$/, /^\{\S+\}$/],
});
