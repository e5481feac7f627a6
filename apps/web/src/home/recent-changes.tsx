import { Skeleton } from '@mantine/core';
import { Link } from 'react-router';
import { Counts, SeverityBadge, typeText } from '../catalogue/severity';
import { ProblemNotice } from '../design/feedback';
import { Panel, Section } from '../design/page';
import { TimeText } from '../design/time-text';
import { useMay } from '../runtime';
import { useRecentChanges } from './use-home';
import classes from './home.module.css';

/** What devices have become within a day. */
export function RecentChanges({ shown }: { shown: boolean }) {
  const may = useMay('devices:read');
  const { data, error, refetch } = useRecentChanges();
  if (!may || !shown) {
    return null;
  }
  return (
    <Section title="Changes of a day" aside={<Link to="/changes" className={classes['more']}>All changes</Link>}>
      {error !== null && data === undefined ? (
        <ProblemNotice error={error} retry={() => void refetch()} />
      ) : (
        <Panel padded={false}>
          {data === undefined ? (
            <div className={classes['waitingShort']}>
              <Skeleton height={12} width="60%" />
            </div>
          ) : data.changes.length === 0 ? (
            <p className={classes['nothing']}>No configuration, version or inventory has changed.</p>
          ) : (
            <ul className={classes['list']}>
              {data.changes.map((change) => (
                <li key={change.change_id} className={classes['change']}>
                  <div className={classes['failureHead']}>
                    <Link to={`/changes/${change.change_id}`} className={classes['name']}>
                      {change.device_name}
                    </Link>
                    <SeverityBadge severity={change.severity} />
                    <span className={classes['when']}>
                      <TimeText iso={change.detected_at} form="ago" />
                    </span>
                  </div>
                  <span className={classes['small']}>
                    {typeText(change.capture_type)} <Counts change={change} />
                    {change.actor === null ? '' : ` by ${change.actor.user}`}
                    {change.acknowledged_at === null ? '' : ', known'}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      )}
    </Section>
  );
}
