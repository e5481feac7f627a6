import type { DeviceView, Permission } from '@capstan/contracts';
import { type ComponentType, lazy, type LazyExoticComponent } from 'react';

/** What every tab of a device is given. */
export interface DeviceTabProps {
  readonly device: DeviceView;
}

/** A part of the page of a device. */
export interface DeviceTab {
  /** Last part of its address. */
  readonly name: string;
  readonly label: string;
  readonly needs?: Permission;
  readonly Panel: LazyExoticComponent<ComponentType<DeviceTabProps>>;
}

/** Tabs in their order, each loaded when it is first opened. Another one is another entry here; the first is shown without a name. */
export const DEVICE_TABS: readonly DeviceTab[] = [
  { name: 'overview', label: 'Overview', Panel: lazy(async () => ({ default: (await import('./device-overview')).DeviceOverview })) },
  { name: 'captures', label: 'Captures', Panel: lazy(async () => ({ default: (await import('../catalogue/device-captures')).DeviceCaptures })) },
  { name: 'changes', label: 'Changes', Panel: lazy(async () => ({ default: (await import('../catalogue/device-changes')).DeviceChanges })) },
  { name: 'neighbors', label: 'Neighbours', Panel: lazy(async () => ({ default: (await import('../catalogue/device-tables')).DeviceNeighbors })) },
  { name: 'arp', label: 'ARP', Panel: lazy(async () => ({ default: (await import('../catalogue/device-tables')).DeviceArp })) },
  { name: 'mac', label: 'MAC', Panel: lazy(async () => ({ default: (await import('../catalogue/device-tables')).DeviceMac })) },
  { name: 'routes', label: 'Routes', Panel: lazy(async () => ({ default: (await import('../catalogue/device-tables')).DeviceRoutes })) },
  { name: 'parts', label: 'Inventory', Panel: lazy(async () => ({ default: (await import('../catalogue/device-parts')).DeviceParts })) },
];
