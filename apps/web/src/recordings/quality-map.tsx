import type { ChunkView, RecordingView } from '@capstan/contracts';
import classes from './recordings.module.css';

/** Colour of a chunk: grey when nothing came, orange with gaps, otherwise greener with more signal over noise. */
export function qualityColour(chunk: ChunkView | undefined): string {
  if (chunk === undefined || chunk.metrics === null) {
    return 'var(--surface-sunken)';
  }
  if (chunk.lost_samples > 0) {
    return 'var(--status-partial)';
  }
  const share = Math.max(0, Math.min(1, (chunk.metrics.snr_db + 5) / 35));
  return `color-mix(in oklab, var(--status-success) ${Math.round(20 + 80 * share)}%, var(--surface))`;
}

/** Quality of every chunk: a line per receiver, a cell per chunk. */
export function QualityMap({ recording, chunks }: { recording: RecordingView; chunks: readonly ChunkView[] }) {
  const find = (receiverNo: number, frequency: number, index: number): ChunkView | undefined => chunks.find((chunk) => chunk.receiver_no === receiverNo && chunk.frequency_hz === frequency && chunk.chunk_index === index);
  const shown = Math.min(recording.total_chunks, 600);
  return (
    <div className={classes['heat']} role="img" aria-label="Quality of every chunk">
      {recording.receivers.map((receiver) => (
        <div key={`${receiver.receiver_no}@${receiver.frequency_hz}`} className={classes['heatRow']}>
          <span className={classes['heatName']}>
            {receiver.receiver_no} {receiver.receiver_name}
          </span>
          {Array.from({ length: shown }, (_, index) => {
            const chunk = find(receiver.receiver_no, receiver.frequency_hz, index);
            const words = chunk === undefined || chunk.metrics === null ? 'missing' : `SNR ${chunk.metrics.snr_db.toFixed(1)} dB, ${chunk.lost_samples} samples lost`;
            return <span key={index} className={classes['cell']} style={{ background: qualityColour(chunk) }} title={`Chunk ${index}: ${words}`} />;
          })}
        </div>
      ))}
    </div>
  );
}
