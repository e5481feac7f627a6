import { canonicalIp } from '../canonical/ip-address';
import { canonicalMac } from '../canonical/mac-address';

/** Letters of the capability codes that devices print (IEEE 802.1AB-2016, table 8-4). */
const CAPABILITIES: Readonly<Record<string, string>> = {
  O: 'other',
  P: 'repeater',
  B: 'bridge',
  W: 'wlan-access-point',
  R: 'router',
  T: 'telephone',
  C: 'docsis-cable-device',
  S: 'station',
};
const WORDS: Readonly<Record<string, string>> = { 'wlan access point': 'wlan-access-point', wlan: 'wlan-access-point', 'docsis cable device': 'docsis-cable-device', 'station only': 'station' };

/** `B, R` or `Bridge, Router` in words. */
export function capabilityNames(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !/^(?:not advertised|n\/a|-|none)$/i.test(part))
    .map((part) => CAPABILITIES[part] ?? WORDS[part.toLowerCase()] ?? part.toLowerCase());
}

/** What an identifier is, where it shows by its shape. */
export function idType(value: string): string | null {
  return canonicalMac(value) !== undefined ? 'mac' : canonicalIp(value) !== undefined ? 'address' : null;
}
