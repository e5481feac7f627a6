import type { ServerMessages } from '@capstan/contracts';
import { useEffect, useRef, useState } from 'react';
import { useRuntime } from '../runtime';
import classes from './recordings.module.css';
import { levelOf, offsetOf, pixelsOf } from './waterfall-picture';

const BINS = 512;
const LINES = 200;
const FPS = 10;

/** Live spectrum of one receiver: the newest line as a curve, the last twenty seconds as a picture. */
export function Waterfall({ sessionId, receiverId, label }: { sessionId: string; receiverId: string; label: string }) {
  const { live } = useRuntime();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [line, setLine] = useState<Uint8Array>();
  const [rate, setRate] = useState(12_000);

  useEffect(() => {
    const onLines = (message: ServerMessages['waterfall:lines']): void => {
      if (message.session_id !== sessionId || message.receiver_id !== receiverId) {
        return;
      }
      const bytes = new Uint8Array(message.lines);
      const context = canvas.current?.getContext('2d');
      if (context === null || context === undefined) {
        return;
      }
      const rows = bytes.length / message.bins;
      context.drawImage(context.canvas, 0, rows);
      context.putImageData(new ImageData(pixelsOf(bytes), message.bins, rows), 0, 0);
      setLine(bytes.slice(0, message.bins));
      setRate(message.sample_rate_hz);
    };
    const open = (): void => void live.ask('waterfall:open', { session_id: sessionId, receiver_id: receiverId, bins: BINS, fps: FPS });
    open();
    const leave = [live.hear('waterfall:lines', onLines), live.onCatchUp(open)];
    return () => {
      leave.forEach((undo) => undo());
      void live.ask('waterfall:close', { session_id: sessionId, receiver_id: receiverId });
    };
  }, [live, sessionId, receiverId]);

  const peak = line === undefined ? undefined : line.indexOf(Math.max(...line));
  return (
    <div>
      <Spectrum line={line} />
      <canvas ref={canvas} className={classes['canvas']} width={BINS} height={LINES} role="img" aria-label={`Waterfall of ${label}`} data-lines={line === undefined ? 0 : 1} />
      <p className="muted num" aria-live="off">
        {line === undefined || peak === undefined ? 'No samples yet' : `Strongest line ${Math.round(offsetOf(peak, line.length, rate))} Hz from the tuned frequency, ${levelOf(line[peak] ?? 0).toFixed(1)} dBFS`}
      </p>
    </div>
  );
}

function Spectrum({ line }: { line: Uint8Array | undefined }) {
  const points = line === undefined ? '' : Array.from(line, (byte, bin) => `${bin},${255 - byte}`).join(' ');
  return (
    <svg className={classes['spectrum']} viewBox="0 0 512 255" preserveAspectRatio="none" role="img" aria-label="Spectrum">
      <polyline points={points} fill="none" stroke="var(--status-running)" strokeWidth="2" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
