import type { ChannelView } from '@capstan/contracts';
import { Button, Loader, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { newKey } from '../api/new-key';
import { ProblemNotice } from '../design/feedback';
import { formatMilliseconds } from '../design/format';
import { StatusBadge } from '../design/status-badge';
import { useRuntime } from '../runtime';
import { addressOf } from './channel-words';
import classes from './notifications.module.css';

/** Sends a message through a channel now, and shows what the other side said. */
export function TestDialog({ channel, onClose }: { channel: ChannelView | undefined; onClose: () => void }) {
  return (
    <Modal opened={channel !== undefined} onClose={onClose} title={`Test of ${channel?.name ?? ''}`} size="md">
      {channel === undefined ? null : <TestAnswer channel={channel} onClose={onClose} />}
    </Modal>
  );
}

function TestAnswer({ channel, onClose }: { channel: ChannelView; onClose: () => void }) {
  const { api } = useRuntime();
  const [attempt, setAttempt] = useState(newKey);
  // Every attempt is another question, so that an answer is never one of before.
  const test = useQuery({ queryKey: ['channel-test', channel.channel_id, attempt], gcTime: 0, staleTime: Infinity, retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false, queryFn: () => api.call('testChannel', { params: { id: channel.channel_id } }) });
  return (
    <div className={classes['answer']} aria-live="polite">
      <span className={classes['small']}>{addressOf(channel)}</span>
      {test.isError ? <ProblemNotice error={test.error} title="It could not be tried" /> : null}
      {test.isPending ? (
        <span>
          <Loader size={14} aria-hidden /> Sending…
        </span>
      ) : null}
      {test.data === undefined ? null : (
        <>
          <span>
            <StatusBadge status={test.data.success ? 'success' : 'failed'}>{test.data.success ? 'It was taken' : 'It was not taken'}</StatusBadge> <span className="muted">after {formatMilliseconds(test.data.duration_ms)}</span>
          </span>
          <p className={`mono ${classes['answerText']}`}>{test.data.response}</p>
        </>
      )}
      <div className={classes['buttons']}>
        <Button variant="default" disabled={test.isFetching} onClick={() => setAttempt(newKey())}>
          Send another
        </Button>
        <Button onClick={onClose}>Done</Button>
      </div>
    </div>
  );
}
