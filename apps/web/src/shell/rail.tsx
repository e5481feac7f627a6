import { Button, Menu, UnstyledButton } from '@mantine/core';
import {
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconPlus,
  IconSelector,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react';
import { useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, NavLink, useNavigate } from 'react-router';
import { ROLE_LABELS } from '../access/roles';
import { Logo } from '../design/logo';
import { sayProblem } from '../design/feedback';
import { useRuntime, useSignIn, useUser } from '../runtime';
import { PLACE_GROUPS } from './places';
import classes from './shell.module.css';

/** The left rail. It lists what there is and what the user may see. */
export function Rail({ onLeave, onHelp, tools }: { onLeave?: () => void; onHelp: () => void; /** Beside the name. */ tools?: ReactNode }) {
  const user = useUser();
  return (
    <div className={classes['railInner']}>
      <div className={classes['brandRow']}>
        <Link to="/" className={classes['brand']} onClick={onLeave} aria-label="Capstan, home">
          <Logo />
          <span>Capstan</span>
        </Link>
        {tools}
      </div>
      {user.permissions.includes('sessions:write') ? (
        <Button component={Link} to="/sessions/new" onClick={onLeave} leftSection={<IconPlus size={14} aria-hidden />} size="sm" fullWidth className={classes['newCapture']}>
          New capture
        </Button>
      ) : null}
      <nav className={classes['nav']} aria-label="Main">
        {PLACE_GROUPS.map(({ label, places }) => {
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
