import { Link } from 'react-router';
import { Panel, Section } from '../design/page';
import { TimeText } from '../design/time-text';
import { useNextRuns } from './use-home';
import classes from './home.module.css';

const SHOWN = 5;

/** The next instants of all schedules. Nothing is shown where nothing is scheduled. */
export function ComingUp({ shown }: { shown: boolean }) {
  const planned = useNextRuns().data?.slice(0, SHOWN) ?? [];
  if (!shown || planned.length === 0) {
    return null;
  }
  return (
    <Section title="Coming up" aside={<Link to="/calendar" className={classes['more']}>Calendar</Link>}>
      <Panel padded={false}>
        <ul className={classes['list']}>
          {planned.map(({ schedule_id, schedule_name, due_at }) => (
            <li key={`${schedule_id} ${due_at}`} className={classes['failure']}>
              <div className={classes['failureHead']}>
                <Link to={`/schedules/${schedule_id}`} className={classes['name']}>
                  {schedule_name}
                </Link>
                <span className={classes['when']}>
                  <TimeText iso={due_at} form="minute" />
                </span>
              </div>
            </li>
          ))}
        </ul>
      </Panel>
    </Section>
  );
}
