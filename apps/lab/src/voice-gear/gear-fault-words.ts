import { AppError } from '@capstan/kernel';
import type { GearFault } from '../ssh-gear/faults';

/** Faults of simulated SSH gear by the words of the command line and of the controls, and what they mean. */
export const GEAR_FAULT_WORDS: Readonly<Record<string, { readonly meaning: string; readonly fault: GearFault }>> = {
  'slow-login': { meaning: 'six seconds pass between the login and the banner', fault: { fault: 'slow-login', ms: 6_000 } },
  pager: { meaning: 'long answers come in pages, whatever the client asked for', fault: { fault: 'pager', lines: 10 } },
  'split-echo': { meaning: 'everything said comes in pieces of a few bytes', fault: { fault: 'split-echo', bytes: 5 } },
  silence: { meaning: 'show commands are never answered', fault: { fault: 'silence', command: '^show ' } },
  syslog: { meaning: 'a line of log comes in the middle of answers each second', fault: { fault: 'syslog', line: '*Feb  2 23:57:24.079: %SYS-5-CONFIG_I: Configured from console by somebody on vty1 (192.0.2.77)', everyMs: 1_000 } },
  'wrong-password': { meaning: 'the right password is refused', fault: { fault: 'wrong-password' } },
  'keyboard-interactive-only': { meaning: 'passwords are taken by keyboard-interactive only', fault: { fault: 'keyboard-interactive-only' } },
  'legacy-kex-only': { meaning: 'group14-sha1, group1-sha1 and ssh-rsa only', fault: { fault: 'legacy-kex-only' } },
  'disk-full': { meaning: 'the partition of captures is 96 % full (cucm)', fault: { fault: 'state', name: 'disk_used', value: 96 } },
  'low-limit': { meaning: 'captures end after 50 packets (cucm)', fault: { fault: 'state', name: 'packet_limit', value: 50 } },
  'sink-away': { meaning: 'pushes to an SFTP server find nobody (cucm)', fault: { fault: 'state', name: 'sink_away', value: 'yes' } },
  vanish: { meaning: 'off the network', fault: { fault: 'vanish' } },
};

/** @throws AppError `LAB_UNKNOWN_FAULT` naming those there are */
export function gearFault(word: string): GearFault {
  const known = GEAR_FAULT_WORDS[word];
  if (known === undefined) {
    throw new AppError('LAB_UNKNOWN_FAULT', `no fault ${word || 'without a name'}; there are ${Object.keys(GEAR_FAULT_WORDS).join(', ')}`);
  }
  return known.fault;
}
