import { Skeleton } from '@mantine/core';
import { Page, Panel } from '../design/page';
import classes from './live-session.module.css';

/** The page before its data, with everything in its later place. */
export function LiveSkeleton() {
  return (
    <Page title="Session" back={{ to: '/sessions', label: 'Sessions' }} description="Loading…">
      <Panel padded={false}>
        <div className={classes['stats']} aria-hidden>
          {['a', 'b', 'c', 'd', 'e'].map((key) => (
            <div key={key} className={classes['stat']}>
              <Skeleton height={12} width={64} my={2} />
              <Skeleton height={24} width={96} my={4} />
              <Skeleton height={12} width={80} my={2} />
            </div>
          ))}
        </div>
      </Panel>
      <div className={classes['grid']} aria-hidden>
        {['a', 'b', 'c'].map((key) => (
          <Skeleton key={key} height={216} radius={8} />
        ))}
      </div>
    </Page>
  );
}
