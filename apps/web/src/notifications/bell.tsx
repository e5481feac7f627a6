import { ActionIcon, Popover } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useUnread } from './use-notices';
import classes from './bell.module.css';

const BellPanel = lazy(async () => ({ default: (await import('./bell-panel')).BellPanel }));

/** How many notices are unread, and the newest of them. */
export function Bell() {
  const [opened, setOpened] = useState(false);
  const { data } = useUnread();
  const unread = data?.unread ?? 0;
  const shown = unread > 99 ? '99+' : String(unread);
  return (
    <Popover opened={opened} onChange={setOpened} width={344} position="bottom-end" shadow="md" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size={32} className={classes['bell'] ?? ''} aria-label={`Notices, ${unread === 0 ? 'none' : shown} unread`} onClick={() => setOpened(!opened)}>
          <IconBell size={18} stroke={1.75} aria-hidden />
          {unread === 0 ? null : (
            <span className={`num ${classes['unread']}`} aria-hidden>
              {shown}
            </span>
          )}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Unread notices">
        <Suspense fallback={<div className={classes['panel']} />}>
          <BellPanel onLeave={() => setOpened(false)} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
