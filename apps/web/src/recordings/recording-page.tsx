import type { ExportFormat } from '@capstan/contracts';
import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from 'react-router';
import { ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel, Section } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { Acquisition, isRunning } from './acquisition';
import { QualityMap } from './quality-map';
import { ReceiverStates } from './receiver-states';
import classes from './recordings.module.css';
import { Spectrogram } from './spectrogram';
import { useRecording } from './use-recording';

const EXPORTS: ReadonlyArray<readonly [ExportFormat, string]> = [
  ['sigmf', 'SigMF'],
  ['wav', 'WAV'],
  ['csv', 'CSV of metrics'],
  ['aligned', 'Aligned set'],
];

/** One recording: while it runs its progress, afterwards its quality, its exports and its approval. */
export function RecordingPage() {
  const { id = '' } = useParams();
  const { api, queries } = useRuntime();
  const navigate = useNavigate();
  const mayDownload = useMay('artifacts:download');
  const mayWrite = useMay('recordings:write');
  const { recording, progress, warnings, error } = useRecording(id);
  const chunks = useQuery({ queryKey: ['chunks', id, recording?.status, progress?.chunk], enabled: recording !== undefined, queryFn: ({ signal }) => api.call('listChunks', { params: { id }, query: { limit: 5_000 }, signal }) });
  const back = { to: '/recordings', label: 'Recordings' };
  if (recording === undefined) {
    return (
      <Page title="Recording" back={back}>
        {error === null ? <Skeleton height={320} radius={8} /> : <ProblemNotice error={error} />}
      </Page>
    );
  }
  const download = async (format: ExportFormat): Promise<void> => {
    try {
      const { url } = await api.call('recordingExportUrl', { params: { id }, body: { format } });
      window.location.assign(url);
    } catch (problem) {
      sayProblem('The export was not made', problem);
    }
  };
  const approve = async (approval: string): Promise<void> => {
    try {
      await api.call('updateRecording', { params: { id }, body: { approval_status: approval as 'pending' } });
      say(`The recording is ${approval}`);
      await queries.invalidateQueries({ queryKey: ['recording', id] });
    } catch (problem) {
      sayProblem('The approval was not changed', problem);
    }
  };
  const retry = async (): Promise<void> => {
    try {
      const { recording: made } = await api.call('retryRecording', { params: { id }, body: {} });
      await navigate(`/recordings/${made.session_id}`);
    } catch (problem) {
      sayProblem('The missing chunks are not recorded again', problem);
    }
  };
  return (
    <Page title={recording.session_name} back={back} description={`${recording.frequency_mhz} MHz, ${recording.duration_seconds} s, source ${recording.source_name ?? 'not assigned'}; ${recording.status.replace('_', ' ')}`}>
      {isRunning(recording) ? (
        <Panel>
          <Acquisition recording={recording} progress={progress} warnings={warnings} />
        </Panel>
      ) : null}
      <Section title="Quality">
        <Panel>
          <QualityMap recording={recording} chunks={chunks.data?.chunks ?? []} />
        </Panel>
      </Section>
      {isRunning(recording) ? null : (
        <>
          <Section title="Receivers">
            <ReceiverStates receivers={recording.receivers} />
          </Section>
          {mayDownload ? (
            <Section title="Spectrogram">
              <Panel>
                <Spectrogram recording={recording} />
              </Panel>
            </Section>
          ) : null}
          {mayWrite && (recording.status === 'partial' || recording.status === 'failed') && recording.receivers.length > 0 ? (
            <Section title="Missing chunks">
              <Button variant="default" onClick={() => void retry()}>
                Record missing chunks again
              </Button>
            </Section>
          ) : null}
          <Section title="Exports">
            <div className={classes['row']}>
              {EXPORTS.map(([format, label]) => (
                <Button key={format} variant="default" disabled={!mayDownload || recording.measurements_count === 0} onClick={() => void download(format)}>
                  {label}
                </Button>
              ))}
            </div>
          </Section>
          <Section title="Approval">
            <SegmentedControl aria-label="Approval" disabled={!mayWrite} value={recording.approval_status} onChange={(value) => void approve(value)} data={['pending', 'approved', 'rejected']} />
          </Section>
        </>
      )}
    </Page>
  );
}
