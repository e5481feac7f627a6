import type { SnapshotView } from '@capstan/contracts';
import { Modal, Slider } from '@mantine/core';
import { useState } from 'react';
import { formatDuration } from '../design/format';
import { TimeText } from '../design/time-text';
import { hashDistance } from './camera-live';
import { StoredImage } from './stored-image';
import classes from './cameras.module.css';
import own from './compare-dialog.module.css';

/** Two pictures over each other, with a line to move between them. */
export function CompareDialog({ opened, pair, onClose }: { opened: boolean; pair: readonly SnapshotView[]; onClose: () => void }) {
  const [older, newer] = [...pair].sort((a, b) => a.captured_at.localeCompare(b.captured_at));
  return (
    <Modal opened={opened} onClose={onClose} title="Compare snapshots" size={960}>
      {older === undefined || newer === undefined ? null : <Compare older={older} newer={newer} />}
    </Modal>
  );
}

function Compare({ older, newer }: { older: SnapshotView; newer: SnapshotView }) {
  const [share, setShare] = useState(50);
  const bits = hashDistance(older.perceptual_hash, newer.perceptual_hash);
  return (
    <div className={classes['stack']}>
      <div className={own['compare']} style={{ aspectRatio: `${newer.width} / ${newer.height}` }}>
        <StoredImage id={newer.id} what="snapshotBinary" alt="The newer snapshot" />
        <div className={own['over']} style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }}>
          <StoredImage id={older.id} what="snapshotBinary" alt="The older snapshot" />
        </div>
        <span className={own['seam']} style={{ left: `${share}%` }} aria-hidden />
      </div>
      <Slider thumbProps={{ 'aria-label': 'How much of the older one is shown' }} min={0} max={100} value={share} onChange={setShare} label={null} />
      <div className={own['compareText']}>
        <span>
          Left: <TimeText iso={older.captured_at} />
        </span>
        <span className="num">
          {formatDuration((Date.parse(newer.captured_at) - Date.parse(older.captured_at)) / 1_000)} apart · {bits === 0 ? 'they look the same' : `${bits} of 64 bits of their look differ`}
        </span>
        <span>
          Right: <TimeText iso={newer.captured_at} />
        </span>
      </div>
    </div>
  );
}
