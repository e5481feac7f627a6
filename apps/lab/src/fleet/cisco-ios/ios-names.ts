import type { DevicePlan } from '../fleet-plan';

const LINKS = 4;

/** `GigabitEthernet1/0/7`; the links to other devices are ten-gigabit ports. */
export function iosPort(plan: DevicePlan, number: number): string {
  const access = plan.ports - LINKS;
  return number > access ? `TenGigabitEthernet1/1/${number - access}` : `GigabitEthernet1/0/${number}`;
}

/** `Gi1/0/7` */
export function iosShortPort(plan: DevicePlan, number: number): string {
  return iosPort(plan, number).replace('TenGigabitEthernet', 'Te').replace('GigabitEthernet', 'Gi');
}
