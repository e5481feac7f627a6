import { ActionIcon, Drawer } from '@mantine/core';
import { IconMenu2 } from '@tabler/icons-react';
import { lazy, Suspense, useCallback, useState } from 'react';
import { Link, Outlet, ScrollRestoration, useNavigate } from 'react-router';
import { Logo } from '../design/logo';
import { LinkBar } from '../live/link-bar';
import { useNoticesFeed } from '../notifications/use-notices';
import { useMay } from '../runtime';
import { HelpDialog } from './help-dialog';
import { Rail } from './rail';
import { ShellTools } from './shell-tools';
import type { Shortcut } from './shortcuts';
import { useShortcuts } from './use-shortcuts';
import classes from './shell.module.css';

const SearchDialog = lazy(async () => ({ default: (await import('../global-search/search-dialog')).SearchDialog }));

/** Rail, link bar and the page. */
export function Shell() {
  useNoticesFeed();
  const navigate = useNavigate();
  const [searching, setSearching] = useState(false);
  const openSearch = useCallback(() => setSearching(true), []);
  const mayStart = useMay('sessions:write');
  const [drawer, setDrawer] = useState(false);
  const [help, setHelp] = useState(false);
  useShortcuts(
    useCallback(
      (shortcut: Shortcut) => {
        switch (shortcut) {
          case 'search':
            void navigate('/sessions', { state: { focusSearch: true } });
            break;
          case 'home':
            void navigate('/');
            break;
          case 'sessions':
            void navigate('/sessions');
            break;
          case 'cameras':
            void navigate('/cameras');
            break;
          case 'new':
            if (mayStart) {
              void navigate('/sessions/new');
            }
            break;
          case 'anything':
            setDrawer(false);
            setSearching(true);
            break;
          case 'notices':
            void navigate('/notifications');
            break;
          case 'help':
            setHelp(true);
            break;
        }
      },
      [navigate, mayStart],
    ),
  );
  return (
    <div className={classes['shell']}>
      <a href="#content" className={classes['skip']}>
        Skip to content
      </a>
      <aside className={classes['rail']} aria-label="Navigation">
        <Rail onHelp={() => setHelp(true)} tools={<ShellTools onSearch={openSearch} />} />
      </aside>
      <header className={classes['topbar']}>
        <ActionIcon variant="subtle" color="gray" size={40} aria-label="Open navigation" onClick={() => setDrawer(true)}>
          <IconMenu2 size={20} aria-hidden />
        </ActionIcon>
        <Link to="/" className={classes['brand']} aria-label="Capstan, home">
          <Logo size={20} />
          <span>Capstan</span>
        </Link>
        <ShellTools onSearch={openSearch} />
      </header>
      <Drawer opened={drawer} onClose={() => setDrawer(false)} size={272} title="Navigation" classNames={{ header: classes['drawerHeader'] ?? '', body: classes['drawerBody'] ?? '' }} closeButtonProps={{ 'aria-label': 'Close navigation' }}>
        <Rail
          onLeave={() => setDrawer(false)}
          onHelp={() => {
            setDrawer(false);
            setHelp(true);
          }}
        />
      </Drawer>
      <main id="content" className={classes['content']} tabIndex={-1}>
        <LinkBar />
        <Outlet />
      </main>
      {searching ? (
        <Suspense fallback={null}>
          <SearchDialog onClose={() => setSearching(false)} />
        </Suspense>
      ) : null}
      <HelpDialog opened={help} onClose={() => setHelp(false)} />
      <ScrollRestoration />
    </div>
  );
}
