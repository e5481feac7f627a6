import type { Permission } from '@capstan/contracts';
import {
  IconActivityHeartbeat,
  IconAntenna,
  IconBell,
  IconBroadcast,
  IconCalendar,
  IconCamera,
  IconClockPlay,
  IconDatabase,
  IconFingerprint,
  IconGitCompare,
  IconHistory,
  IconHome,
  IconKey,
  IconListDetails,
  IconMapSearch,
  IconSearch,
  IconServer2,
  IconTerminal2,
  IconTicket,
  IconUsers,
  IconWaveSine,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

/** A page of the rail. */
export interface Place {
  readonly to: string;
  readonly label: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>;
  readonly needs?: Permission;
}

/** The rail, in its order. */
export const PLACE_GROUPS: readonly { readonly label?: string; readonly places: readonly Place[] }[] = [
  {
    places: [
      { to: '/', label: 'Home', icon: IconHome },
      { to: '/sessions', label: 'Sessions', icon: IconListDetails, needs: 'sessions:read' },
      { to: '/collection', label: 'Collection', icon: IconTerminal2, needs: 'sessions:read' },
      { to: '/cameras', label: 'Cameras', icon: IconCamera, needs: 'cameras:read' },
      { to: '/recordings', label: 'Recordings', icon: IconWaveSine, needs: 'recordings:read' },
      { to: '/schedules', label: 'Schedules', icon: IconClockPlay, needs: 'sessions:read' },
      { to: '/calendar', label: 'Calendar', icon: IconCalendar, needs: 'sessions:read' },
      { to: '/notifications', label: 'Notifications', icon: IconBell },
    ],
  },
  {
    label: 'Network',
    places: [
      { to: '/changes', label: 'Changes', icon: IconGitCompare, needs: 'devices:read' },
      { to: '/addresses', label: 'Addresses', icon: IconMapSearch, needs: 'devices:read' },
      { to: '/search', label: 'Search', icon: IconSearch, needs: 'devices:read' },
    ],
  },
  {
    label: 'Inventory',
    places: [
      { to: '/inventory/devices', label: 'Devices', icon: IconServer2, needs: 'devices:read' },
      { to: '/inventory/credentials', label: 'Credentials', icon: IconKey, needs: 'devices:read' },
      { to: '/receivers', label: 'Receivers', icon: IconAntenna, needs: 'recordings:read' },
      { to: '/known-sources', label: 'Known sources', icon: IconBroadcast, needs: 'recordings:read' },
      { to: '/inventory/host-keys', label: 'Host keys', icon: IconFingerprint, needs: 'devices:read' },
    ],
  },
  {
    label: 'Administration',
    places: [
      { to: '/access/users', label: 'Users', icon: IconUsers, needs: 'users:admin' },
      { to: '/access/tokens', label: 'API tokens', icon: IconTicket, needs: 'users:admin' },
      { to: '/audit', label: 'Audit log', icon: IconHistory, needs: 'audit:read' },
      { to: '/storage', label: 'Storage', icon: IconDatabase, needs: 'storage:read' },
      { to: '/system', label: 'System', icon: IconActivityHeartbeat, needs: 'sessions:read' },
    ],
  },
];
