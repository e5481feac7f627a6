import type { SecretPattern } from './mask-secrets';

/** Marks of how a secret is written, between the word and the secret: Cisco's types 0, 3, 5, 6, 7, 8, 9, 10, 14; other vendors' words. */
const KIND = String.raw`(?:(?:[0-9]|10|14|encrypted|hidden|ciphertext|plaintext|clear|clear-text|ascii-text|hexadecimal|ascii|hex|text|sha1|sha256|sha512|md5|hash|key)\s+)*`;
/** A secret, in quotes or not. Not the end of a Junos statement, and not a mask's surroundings. */
const SECRET = String.raw`"?(?<secret>[^\s";]+)"?`;

function line(name: string, pattern: string, under?: RegExp): SecretPattern {
  return { name, pattern: new RegExp(pattern, 'i'), ...(under === undefined ? {} : { under }) };
}

/** Sections in which `key X` is a shared secret, though it looks like the number of a key. */
const SERVER_SECTION = /^(?:tacacs|radius|aaa (?:group )?server|ldap|crypto isakmp|crypto ipsec)/i;

/** Secrets that span lines: head, body, foot. */
export const BLOCK_PATTERNS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'private-key', pattern: /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^\S\n]*\n)(?!<masked:)([\s\S]*?\n?)(^[^\S\n]*-----END [A-Z0-9 ]*PRIVATE KEY-----)/gm },
];

/**
 * A line without any of these holds nothing that {@link COMMON_SECRETS} could find. Most lines of a configuration are such
 * lines: 12 MB take 1.7 s instead of 12 s.
 */
export const SECRET_HINT = /key|pass|secret|commun|snmp|psk|wpa|auth|priv|phash|ipsec|token|:\/\/|\$|-AQ==/i;

/**
 * Where secrets stand in the configurations of all platforms. Specific ones first, so that hits tell what was found; the
 * last ones are a net for what no other pattern knows.
 */
export const COMMON_SECRETS: readonly SecretPattern[] = [
  line('url', String.raw`\b[a-z][a-z0-9+.-]*://[^\s:/@]+:(?<secret>[^\s@/]+)@`),
  line('snmp-community', String.raw`^(?:set )?\s*(?:no )?snmp(?:-server)?\s+(?:\S+ )??(?:community|mib community-map)\s+${KIND}${SECRET}`),
  line('snmp-community', String.raw`\bsnmp-community-string\s+${SECRET}`),
  line('snmp-host', String.raw`^\s*(?:no )?snmp-server host \S+(?: (?:vrf|use-vrf|source-interface) \S+)*(?: (?:traps?|informs?))?(?: version (?:1|2c))?(?: (?:vrf|community) (?!version))*\s+(?!(?:version|traps?|informs?|vrf|use-vrf|source-interface|udp-port|community|filter-vrf)\b)${KIND}${SECRET}`),
  line('snmp-user', String.raw`^\s*snmp-?(?:server|v3)?\s+user\s.*?\bauth(?:entication)?\s+(?:(?:md5|sha(?:-?\d+)?)\s+)?(?:auth-pass\s+)?${KIND}${SECRET}`),
  line('snmp-user', String.raw`^\s*snmp-?(?:server|v3)?\s+user\s.*?\bpriv(?:acy)?\s+(?:(?:3?des|aes(?:-?\d+)?)\s+(?:(?:128|192|256)\s+)?)?(?:priv-pass\s+)?${KIND}${SECRET}`),
  line('snmp-user', String.raw`\b(?:authentication|privacy)-(?:key|password)\s+${KIND}${SECRET}`),
  line('snmp-user', String.raw`\b(?:authpwd|privpwd)\s+${SECRET}`),
  line('enable', String.raw`^\s*enable\s+(?:algorithm-type \S+ )?(?:secret|password)\s+(?:level \d+ )?${KIND}${SECRET}`),
  line('username', String.raw`^\s*username\s.*?\b(?:password|secret)\s+${KIND}${SECRET}`),
  line('username', String.raw`^\s*password\s+(?:manager|operator)\s.*?(?:plaintext|sha1|sha256)\s+${SECRET}`),
  line('username', String.raw`^\s*user\s.*?\bpassword\s+${KIND}${SECRET}`),
  line('username', String.raw`\b(?:encrypted-password|plain-text-password-value|phash)\s+${SECRET}`),
  line('server-key', String.raw`^\s*(?:tacacs|radius|ldap)(?:-server)?\s.*?\b(?:encrypted-key|key|secret)\s+${KIND}${SECRET}`),
  line('server-key', String.raw`^\s+.*?\b(?:server-key|pac key|key)\s+${KIND}${SECRET}`, SERVER_SECTION),
  line('server-key', String.raw`\bserver-key\s+${KIND}${SECRET}`),
  line('server-key', String.raw`^set system (?:tacplus|radius)-server \S+ secret ${SECRET}`),
  line('isakmp', String.raw`^\s*crypto\s+(?:isakmp|ikev1|ikev2)\s+key\s+${KIND}${SECRET}\s+(?:address|hostname)`),
  line('pre-shared-key', String.raw`\bpre-?shared-?key\s+(?:(?:local|remote)\s+)?(?:(?:address|hostname)\s+\S+(?:\s+\d+(?:\.\d+){3})?\s+)?${KIND}${SECRET}`),
  line('ospf', String.raw`\bospf(?:3|v3)?\s.*?\b(?:authentication-key|message-digest-key\s+\d+\s+(?:md5|hmac-sha-?\d+)|md5\s+\d+\s+key)\s+${KIND}${SECRET}`),
  line('ospf', String.raw`\b(?:authentication|encryption)\s+ipsec\s+spi\s+\d+\s+(?:esp\s+\S+\s+(?:\d+\s+)?)?(?:md5|sha1|null)\s+${KIND}${SECRET}`),
  line('ospf', String.raw`\b(?:authentication-key|message-digest-key\s+\d+\s+(?:md5|hmac-sha-?\d+))\s+${KIND}${SECRET}`),
  line('bgp', String.raw`^\s*neighbor\s+\S+\s+password\s+${KIND}${SECRET}`),
  line('isis', String.raw`^\s*(?:isis\s+(?:password|authentication\s+key)|area-password|domain-password|lsp-password|hello-password)\s+(?:(?:hmac-md5|text|clear)\s+)?${KIND}${SECRET}`),
  line('ldp', String.raw`\bldp\s.*?\bpassword\s+(?:(?:required|option \d+ for \S+)\s+)?${KIND}${SECRET}`),
  line('first-hop', String.raw`^\s*(?:standby|vrrp|glbp)\s+.*?\bauthentication\s+(?!md5 key-chain)(?:(?:text|md5|ietf-md5)\s+)?(?:key-string\s+)?${KIND}${SECRET}`),
  line('first-hop', String.raw`^\s+authentication\s+(?:text|md5\s+key-string)\s+${KIND}${SECRET}`),
  line('key-string', String.raw`\bkey-string\s+${KIND}${SECRET}`),
  line('ntp', String.raw`^\s*ntp\s+authentication-key\s+\d+\s+(?:md5|sha1|hmac-\S+|cmac-\S+)\s+${KIND}${SECRET}`),
  line('ntp', String.raw`^set system ntp authentication-key \d+ .*?\bvalue ${SECRET}`),
  line('wpa', String.raw`\b(?:wpa-psk|set-key|wpa-passphrase|wpa-hexkey|wpa2-psk)\s+${KIND}${SECRET}`),
  line('ppp', String.raw`^\s*ppp\s+(?:chap|pap)\s.*?\bpassword\s+${KIND}${SECRET}`),
  line('config-key', String.raw`^\s*key\s+config-key\s+password-encrypt\s+${SECRET}`),
  line('key', String.raw`^\s+key\s+[05678]\s+${SECRET}`),
  line('key', String.raw`^\s*key\s+(?!chain\b|config-key\b|\d+\s*$|[05678]\s|<masked)(?=\S*[^\d\s])${SECRET}\s*$`),
  line('line-password', String.raw`^\s+password\s+(?!strength|policy|minimum|required|option\b)${KIND}${SECRET}`),
  line('secret-data', String.raw`^.*?\s${SECRET};?\s*## SECRET-DATA`),
  // The net.
  line('word', String.raw`\b(?:password|passwd|passphrase|passkey|secret|shared-secret|auth-pass|priv-pass|bind-password|simple-password|md5-key|authentication-key)\s+(?!strength|policy|minimum|required|encryption|option\b|recovery|history|length|lifetime|complexity|expir|aging|change|prompt|level|login\b|manager\b|operator\b|value\b|configuration\b)${KIND}${SECRET}`),
  line('assignment', String.raw`\b(?:password|passwd|passphrase|secret|psk|api_?key|token)\s*[=:]\s*${SECRET}`),
  line('crypt', String.raw`(?<![\w$])(?<secret>\$(?:1|2[abxy]?|5|6|8|9|14|y|7|sha1|shiro1|nt)\$[^\s";:]+)`),
  line('crypt', String.raw`(?:^|\s)"?(?<secret>-AQ==[A-Za-z0-9+/=]+)"?`),
];

/** How patterns of operators may be tried: a group `secret` is required. */
export function hasSecretGroup(pattern: string): boolean {
  return /\(\?<secret\d*>/.test(pattern);
}
