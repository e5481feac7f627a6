import type { NoiseRule, OrderRule } from '../../platforms/normalising/normalise-text';

const CONFIGS = ['configs'];

/** What changes by itself on IOS and IOS XE. */
export const IOS_NOISE: readonly NoiseRule[] = [
  { name: 'building', types: CONFIGS, pattern: /^Building configuration\.\.\.$/ },
  { name: 'size', types: CONFIGS, pattern: /^Current configuration ?: \d+ bytes$/ },
  { name: 'last-change', types: CONFIGS, pattern: /^! Last configuration change at .*$/ },
  { name: 'nvram-updated', types: CONFIGS, pattern: /^! NVRAM config last updated at .*$/ },
  { name: 'no-change', types: CONFIGS, pattern: /^! No configuration change since .*$/ },
  { name: 'ntp-clock-period', types: CONFIGS, pattern: /^ntp clock-period \d+$/ },
  // Made anew at a reload; the fingerprint of the body shows that it is another one.
  { name: 'certificate-body', types: CONFIGS, pattern: /^\s+certificate (?:self-signed|ca )?.*$/, body: /^\s+(?:[0-9A-F]{2,8}\s?)+$/ },
  // Only where the device sets it by itself.
  { name: 'auto-bandwidth', types: CONFIGS, section: /^\s*tunnel mpls traffic-eng auto-bw\b/, pattern: /^\s*tunnel mpls traffic-eng bandwidth\s+\d+$/ },
  { name: 'snmp-expression', types: CONFIGS, section: /^snmp mib expression /, pattern: /^(?<head>\s*expression )\S.*$/, keep: '$<head><value>' },
  { name: 'free-space', pattern: /^\d+ bytes total \(\d+ bytes free\)$/ },
  { name: 'uptime', types: ['version'], pattern: /^(?<head>\S+ uptime is ).+$/, keep: '$<head><time>' },
  { name: 'control-uptime', types: ['version'], pattern: /^(?<head>Uptime for this control processor is ).+$/, keep: '$<head><time>' },
  { name: 'switch-uptime', types: ['version'], pattern: /^(?<head>Switch Uptime\s+: ).+$/i, keep: '$<head><time>' },
  { name: 'returned-at', types: ['version'], pattern: /^(?<head>System returned to ROM by .*?) at .+$/, keep: '$<head>' },
  { name: 'restarted-at', types: ['version'], pattern: /^System restarted at .+$/ },
];

/** Lists in which the order says nothing. */
export const IOS_ORDER: readonly OrderRule[] = [
  { name: 'order-ntp', types: CONFIGS, kind: 'lines', pattern: /^ntp (?:server|peer) / },
  { name: 'order-users', types: CONFIGS, kind: 'lines', pattern: /^username / },
  { name: 'order-logging', types: CONFIGS, kind: 'lines', pattern: /^logging host / },
  { name: 'order-snmp-hosts', types: CONFIGS, kind: 'lines', pattern: /^snmp-server host / },
  { name: 'order-inventory', types: ['inventory'], kind: 'records', pattern: /^\s*NAME: / },
];
