import { NavLink } from 'react-router';
import { useMay } from '../runtime';
import classes from './notifications.module.css';

const PLACES = [
  { to: '/notifications', label: 'Notices' },
  { to: '/notifications/rules', label: 'Rules' },
  { to: '/notifications/channels', label: 'Channels' },
  { to: '/notifications/deliveries', label: 'Deliveries' },
] as const;

/** The way between what was told, who is told, by which way, and what became of it. */
export function NotificationTabs() {
  const mayRead = useMay('notifications:read');
  return mayRead ? (
    <nav className={classes['tabs']} aria-label="Notifications">
      {PLACES.map(({ to, label }) => (
        <NavLink key={to} to={to} end className={classes['tab'] ?? ''}>
          {label}
        </NavLink>
      ))}
    </nav>
  ) : null;
}
