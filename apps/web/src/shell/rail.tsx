import { Button, Menu, UnstyledButton } from '@mantine/core';
import type { Permission } from '@capstan/contracts';
import {
  IconActivityHeartbeat,
  IconAntenna,
  IconBroadcast,
  IconCamera,
  IconCalendar,
  IconClockPlay,
  IconDatabase,
  IconDeviceDesktop,
  IconFingerprint,
  IconGitCompare,
  IconHistory,
  IconHome,
  IconKey,
  IconKeyboard,
  IconListDetails,
  IconLogout,
  IconMapSearch,
  IconMoon,
  IconPlus,
  IconSearch,
  IconSelector,
  IconServer2,
  IconSun,
  IconTerminal2,
  IconTicket,
  IconUserCircle,
  IconUsers,
  IconWaveSine,
} from '@tabler/icons-react';
import { useMantineColorScheme } from '@mantine/core';
import type { ComponentType } from 'react';
import { Link, NavLink, useNavigate } from 'react-router';
import { ROLE_LABELS } from '../access/roles';
import { Logo } from '../design/logo';
import { sayProblem } from '../design/feedback';
import { useRuntime, useSignIn, useUser } from '../runtime';
import classes from './shell.module.css';

interface Place {
  readonly to: string;
  readonly label: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>;
  readonly needs?: Permission;
}

const GROUPS: readonly { readonly label?: string; readonly places: readonly Place[] }[] = [
  {
    places: [
      { to: '/', label: 'Home', icon: IconHome },
      { to: '/sessions', label: 'Sessions', icon: IconListDetails, needs: 'sessions:read' },
      { to: '/collection', label: 'Collection', icon: IconTerminal2, needs: 'sessions:read' },
      { to: '/cameras', label: 'Cameras', icon: IconCamera, needs: 'cameras:read' },
      { to: '/recordings', label: 'Recordings', icon: IconWaveSine, needs: 'recordings:read' },
      { to: '/schedules', label: 'Schedules', icon: IconClockPlay, needs: 'sessions:read' },
      { to: '/calendar', label: 'Calendar', icon: IconCalendar, needs: 'sessions:read' },
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

/** The left rail. It lists what there is and what the user may see. */
export function Rail({ onLeave, onHelp }: { onLeave?: () => void; onHelp: () => void }) {
  const user = useUser();
  return (
    <div className={classes['railInner']}>
      <Link to="/" className={classes['brand']} onClick={onLeave} aria-label="Capstan, home">
        <Logo />
        <span>Capstan</span>
      </Link>
      {user.permissions.includes('sessions:write') ? (
        <Button component={Link} to="/sessions/new" onClick={onLeave} leftSection={<IconPlus size={14} aria-hidden />} size="sm" fullWidth className={classes['newCapture']}>
          New capture
        </Button>
      ) : null}
      <nav className={classes['nav']} aria-label="Main">
        {GROUPS.map(({ label, places }) => {
          const visible = places.filter(({ needs }) => needs === undefined || user.permissions.includes(needs));
          return visible.length === 0 ? null : (
            <div key={label ?? 'top'} className={classes['group']}>
              {label === undefined ? null : <div className={classes['groupLabel']}>{label}</div>}
              {visible.map(({ to, label: text, icon: Icon }) => (
                <NavLink key={to} to={to} end={to === '/'} className={classes['place'] ?? ''} onClick={onLeave}>
                  <Icon size={16} stroke={1.75} aria-hidden />
                  {text}
                </NavLink>
              ))}
            </div>
          );
        })}
      </nav>
      <UserMenu onLeave={onLeave} onHelp={onHelp} />
    </div>
  );
}

function UserMenu({ onLeave, onHelp }: { onLeave?: () => void; onHelp: () => void }) {
  const { api, keeper } = useRuntime();
  const state = useSignIn();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  if (state.phase !== 'signed-in') {
    return null;
  }
  const signOut = async (): Promise<void> => {
    try {
      await api.call('logout');
      // Who signs in next need not begin where this one ended.
      await navigate('/');
      keeper.signedOut();
    } catch (error) {
      sayProblem('You are still signed in', error);
    }
  };
  return (
    <Menu position="top-start" width={208} withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes['user']}>
          <span className="visually-hidden">Account of</span>
          <span className={classes['avatar']} aria-hidden>
            {state.user.display_name.slice(0, 1).toUpperCase()}
          </span>
          <span className={classes['userText']}>
            <span className={classes['userName']}>{state.user.display_name}</span>
            <span className={classes['userRole']}>{ROLE_LABELS[state.user.role]}</span>
          </span>
          <IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/account" onClick={onLeave} leftSection={<IconUserCircle size={16} aria-hidden />}>
          Account
        </Menu.Item>
        <Menu.Item onClick={onHelp} leftSection={<IconKeyboard size={16} aria-hidden />}>
          Keyboard
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Appearance</Menu.Label>
        {(
          [
            ['auto', 'System', IconDeviceDesktop],
            ['light', 'Light', IconSun],
            ['dark', 'Dark', IconMoon],
          ] as const
        ).map(([value, label, Icon]) => (
          <Menu.Item key={value} role="menuitemradio" aria-checked={colorScheme === value} leftSection={<Icon size={16} aria-hidden />} onClick={() => setColorScheme(value)} className={classes['scheme']}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()} leftSection={<IconLogout size={16} aria-hidden />}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
