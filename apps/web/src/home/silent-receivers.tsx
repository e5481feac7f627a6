import { Link } from 'react-router';
import { Panel, Section } from '../design/page';
import { StatusIcon } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useReceivers } from './use-home';
import classes from './home.module.css';

const SHOWN = 5;

/** Receivers that do not answer, and why; nothing while all do. */
export function SilentReceivers({ shown }: { shown: boolean }) {
  const silent = useReceivers().data?.receivers.filter(({ health }) => health.status === 'offline') ?? [];
  if (!shown || silent.length === 0) {
    return null;
  }
  return (
    <Section title="Receivers offline" aside={<Link to="/receivers" className={classes['more']}>All receivers</Link>}>
      <Panel padded={false}>
        <ul className={classes['list']}>
          {silent.slice(0, SHOWN).map(({ receiver_id: id, receiver_no: number, name, health }) => (
            <li key={id} className={classes['change']}>
              <div className={classes['failureHead']}>
                <StatusIcon status="failed" size={12} />
                <span className={classes['name']}>{`${number} · ${name}`}</span>
                <span className={classes['when']}>{health.last_check === null ? null : <TimeText iso={health.last_check} form="ago" />}</span>
              </div>
              <span className={classes['small']}>{health.error_message ?? 'It does not answer.'}</span>
            </li>
          ))}
          {silent.length > SHOWN ? <li className={classes['change']}>and {silent.length - SHOWN} more</li> : null}
        </ul>
      </Panel>
    </Section>
  );
}
