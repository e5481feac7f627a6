import type { ChannelView } from '@capstan/contracts';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { fareOf } from './channel-words';
import classes from './notifications.module.css';

/** How a channel fares: a word, why, and when it is tried next. */
export function ChannelFareText({ channel }: { channel: ChannelView }) {
  const { status, word, text, since, next } = fareOf(channel);
  return (
    <span className={classes['stack']}>
      <span>
        <StatusBadge status={status}>{word}</StatusBadge>{' '}
        <span className={classes['small']}>
          {since === undefined ? (
            channel.last_delivered_at === null ? null : (
              <>
                last used <TimeText iso={channel.last_delivered_at} form="ago" />
              </>
            )
          ) : (
            <>
              since <TimeText iso={since} form="minute" />
            </>
          )}
        </span>
      </span>
      <span className={classes['small']}>
        {text}
        {next === undefined ? null : (
          <>
            {' '}
            It is tried again at <TimeText iso={next} form="time" />.
          </>
        )}
      </span>
    </span>
  );
}
