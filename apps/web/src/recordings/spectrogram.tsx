import type { RecordingView } from '@capstan/contracts';
import { Select, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNotice } from '../design/feedback';
import { useRuntime } from '../runtime';
import classes from './recordings.module.css';

/** A link lives for minutes; the picture is asked for again before that. */
const FRESH_MS = 120_000;

/** Spectrum over time of one receiver, made from what is stored. */
export function Spectrogram({ recording }: { recording: RecordingView }) {
  const { api } = useRuntime();
  const stored = recording.receivers.filter((receiver) => receiver.chunks > 0);
  const [chosen, setChosen] = useState<string | null>(null);
  const receiver = stored.find((each) => String(each.receiver_no) === chosen) ?? stored[0];
  const link = useQuery({
    queryKey: ['spectrogram', recording.session_id, receiver?.receiver_no],
    enabled: receiver !== undefined,
    staleTime: FRESH_MS,
    queryFn: ({ signal }) => api.call('recordingExportUrl', { params: { id: recording.session_id }, body: { format: 'spectrogram', receiver_no: receiver?.receiver_no }, signal }),
  });
  if (receiver === undefined) {
    return <p className="muted">No receiver has stored a chunk.</p>;
  }
  const half = (receiver.sample_rate_hz ?? 0) / 2_000;
  const choices = [...new Map(stored.map((each) => [each.receiver_no, { value: String(each.receiver_no), label: `${each.receiver_no} ${each.receiver_name}` }])).values()];
  return (
    <div className={classes['progress']}>
      <Select label="Spectrogram of" w={260} allowDeselect={false} value={String(receiver.receiver_no)} onChange={setChosen} data={choices} />
      {link.error === null ? null : <ProblemNotice error={link.error} />}
      <figure className={classes['figure']}>
        <div className={classes['picture']}>
          <div className={classes['timeAxis']} aria-hidden="true">
            <span>0 s</span>
            <span>{recording.duration_seconds} s</span>
          </div>
          {link.data === undefined ? <Skeleton height={260} radius={8} /> : <img className={classes['stored']} src={link.data.url} alt={`Spectrogram of ${receiver.receiver_name}: frequency to the right, time downwards`} />}
        </div>
        <figcaption className={classes['axis']}>
          <span>−{half.toFixed(1)} kHz</span>
          <span>{(receiver.frequency_hz / 1e6).toFixed(4)} MHz</span>
          <span>+{half.toFixed(1)} kHz</span>
        </figcaption>
      </figure>
      <p className="muted">Black −110 dBFS and below, white −10 dBFS and above; black stretches are samples that are missing.</p>
    </div>
  );
}
