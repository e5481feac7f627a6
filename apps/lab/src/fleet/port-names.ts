import { iosShortPort } from './cisco-ios/ios-names';
import type { DevicePlan } from './fleet-plan';

/** What a device calls one of its ports when it tells its neighbours. */
export function announcedPort(plan: DevicePlan, number: number): string {
  switch (plan.platform) {
    case 'cisco_ios':
      return iosShortPort(plan, number);
    case 'cisco_nxos':
      return `Ethernet1/${number}`;
    case 'arista_eos':
      return `Ethernet${number}`;
    case 'juniper_junos':
      return `ge-0/0/${number}`;
    case 'frr':
    case 'linux':
      return `eth${number}`;
  }
}

/** What a device says it is when it tells its neighbours. */
export function announcedSystem(plan: DevicePlan): string {
  switch (plan.platform) {
    case 'cisco_ios':
      return `Cisco IOS Software, Catalyst L3 Switch Software, Version ${plan.version}`;
    case 'cisco_nxos':
      return `Cisco Nexus Operating System (NX-OS) Software ${plan.version}`;
    case 'arista_eos':
      return `Arista Networks EOS version ${plan.version} running on an Arista Networks ${plan.model}`;
    case 'juniper_junos':
      return `Juniper Networks, Inc. ${plan.model} internet router, kernel JUNOS ${plan.version}`;
    case 'frr':
    case 'linux':
      return `Debian GNU/Linux ${plan.version}`;
  }
}
