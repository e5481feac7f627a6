import { IconCamera, IconCloudNetwork, IconPhone, IconRouter, IconTerminal2 } from '@tabler/icons-react';
import type { ComponentType } from 'react';

const ICONS: Readonly<Record<string, ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>>> = {
  linux: IconTerminal2,
  cucm: IconPhone,
  cube: IconRouter,
  csr1000v: IconRouter,
  expressway: IconCloudNetwork,
  snapshot: IconCamera,
};

/** Names of device types as their makers write them. */
export const DEVICE_TYPE_LABELS: Readonly<Record<string, string>> = { linux: 'Linux', cucm: 'CUCM', cube: 'CUBE', csr1000v: 'CSR1000v', expressway: 'Expressway', snapshot: 'Camera' };

/** What kind of device it is. */
export function DeviceIcon({ type, size = 16 }: { type: string; size?: number }) {
  const Icon = ICONS[type] ?? IconTerminal2;
  return <Icon size={size} stroke={1.75} aria-hidden />;
}
