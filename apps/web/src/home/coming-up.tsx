import { Link } from 'react-router';
import { Panel, Section } from '../design/page';
import { TimeText } from '../design/time-text';
import { nextOfEach } from './figures';
import { useNextRuns } from './use-home';
import classes from './home.module.css';

const SHOWN = 5;

/** What each schedule starts next. Nothing is shown where nothing is scheduled. */
export function ComingUp({ shown }: { shown: boolean }) {
  const planned = nextOfEach(useNextRuns().data ?? []).slice(0, SHOWN);
  if (!shown || planned.length === 0) {
    return null;
  }
  return (
    <Section title="Coming up" aside={<Link to="/calendar" className={classes['more']}>Calendar</Link>}>
      <Panel padded={false}>
        <ul className={classes['list']}>
          {planned.map(({ schedule_id, schedule_name, due_at, then }) => (
            <li key={schedule_id} className={classes['change']}>
              <div className={classes['failureHead']}>
                <Link to={`/schedules/${schedule_id}`} className={classes['name']}>
                  {schedule_name}
                </Link>
                <span className={classes['when']}>
                  <TimeText iso={due_at} form="minute" />
                </span>
              </div>
              {then === null ? null : (
                <span className={classes['small']}>
                  then <TimeText iso={then} form="minute" />
                </span>
              )}
            </li>
          ))}
        </ul>
      </Panel>
    </Section>
  );
}
