import { ActionIcon, Tooltip } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { Bell } from '../notifications/bell';
import { SEARCH_KEYS } from './shortcuts';
import classes from './shell.module.css';

/** What is at hand on every page: the search over everything, and the bell. */
export function ShellTools({ onSearch }: { onSearch: () => void }) {
  return (
    <div className={classes['tools']}>
      <Tooltip label={`Find anything (${SEARCH_KEYS.join(' ')})`}>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label="Find anything" aria-keyshortcuts="Control+K Meta+K" onClick={onSearch}>
          <IconSearch size={18} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Bell />
    </div>
  );
}
