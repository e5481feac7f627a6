import { PLATFORMS, type PlatformName, type VersionRow } from '@capstan/contracts';
import type { Platform } from '../platforms';
import type { ObservedIdentity } from './device-directory.repository';

/** What a platform says of itself, in answer to what. The first that fits counts: IOS XR calls itself IOS too. */
const SIGNATURES: readonly { readonly platform: PlatformName; readonly pattern: RegExp }[] = [
  { platform: 'cisco_iosxr', pattern: /^Cisco IOS[ -]XR Software/im },
  { platform: 'cisco_nxos', pattern: /Cisco Nexus Operating System|^\s*NXOS: version|^Cisco NX-OS/im },
  { platform: 'cisco_ios', pattern: /^(?:Cisco (?:IOS|Internetwork Operating System) |IOS \(tm\) |Cisco IOS-XE|Cisco IOS XE)/im },
  { platform: 'arista_eos', pattern: /^Arista /m },
  { platform: 'frr', pattern: /^FRRouting \S/m },
  { platform: 'juniper_junos', pattern: /^(?:Junos: |JUNOS |Model: \S+[\s\S]*\bJUNOS\b)|\bJUNOS \d/m },
  { platform: 'aruba_aoscx', pattern: /^\s*(?:ArubaOS-CX|AOS-CX|HPE Aruba Networking.*AOS-CX)/im },
  { platform: 'aruba_aoss', pattern: /^\s*Image stamp:|^\s*Boot ROM Version\b|\bHP ProCurve\b/im },
  { platform: 'paloalto_panos', pattern: /^sw-version: \S[\s\S]*^(?:app|av|threat)-version: |^family: (?:vm|pa-|\d)[\s\S]*^sw-version: /im },
  { platform: 'linux', pattern: /^(?:Linux \S+ \d|CAPSTAN_UNAME=Linux )/m },
];

/** Asked one after the other until an answer tells. Each is harmless where it is not known. */
export const FINGERPRINT_QUESTIONS: readonly string[] = ['show version', 'show system info', "vtysh -c 'show version'", 'uname -a'];

/** The platform that an answer speaks of; undefined when it does not tell. Pure. */
export function recognisePlatform(answer: string): PlatformName | undefined {
  return SIGNATURES.find(({ pattern }) => pattern.test(answer))?.platform;
}

/** Whether a device is something else than it was configured as. What an operator defined may look like anything. */
export function isOther(configured: string | null, detected: string | null): boolean {
  return configured !== null && detected !== null && configured !== detected && PLATFORMS.some((name) => name === configured);
}

/** What a device says it is, from the answer to its platform's question for the version; undefined when nothing could be read. */
export function identityOf(platform: Platform, outputs: Parameters<Platform['parse']>[1]): ObservedIdentity | undefined {
  const { rows } = platform.parse('version', outputs);
  const [row] = rows as readonly VersionRow[];
  if (row === undefined) {
    return undefined;
  }
  const { serials, base_mac: baseMac, model, os_version: osVersion, hostname } = row;
  return { serials, baseMac, model, osVersion, hostname };
}
