import type { CaptureSnapshotBody, SnapshotFormat } from '@capstan/contracts';
import { NumberInput, Select, Slider } from '@mantine/core';
import { useId } from 'react';
import { formatDuration } from '../design/format';
import classes from './cameras.module.css';

/** How a picture is wanted. */
export interface PictureWish {
  readonly format: SnapshotFormat;
  /** Pixels; empty keeps the camera's own. */
  readonly width: number | string;
  readonly quality: number;
  readonly maxAgeMs: number;
}

/** As the API takes it when nothing is said. */
export const PLAIN_WISH: PictureWish = { format: 'jpeg', width: '', quality: 85, maxAgeMs: 1_000 };

/** Ages a frame may have, on offer. */
const AGES = [0, 1_000, 5_000, 30_000, 300_000];

/** A wish as the API takes it. */
export function wishBody({ format, width, quality, maxAgeMs }: PictureWish): Pick<CaptureSnapshotBody, 'format' | 'quality' | 'max_age_ms'> & { width?: number } {
  return { format, quality, max_age_ms: maxAgeMs, ...(width === '' ? {} : { width: Number(width) }) };
}

/** Fields of a wish. */
export function PictureWishFields({ wish, onChange }: { wish: PictureWish; onChange: (part: Partial<PictureWish>) => void }) {
  const label = useId();
  return (
    <>
      <div className={classes['pair']}>
        <Select
          label="Format"
          size="xs"
          // In a popover a list of its own elsewhere would count as a click outside, which closes it before anything is chosen.
          comboboxProps={{ withinPortal: false }}
          allowDeselect={false}
          data={[
            { value: 'jpeg', label: 'JPEG' },
            { value: 'webp', label: 'WebP' },
            { value: 'avif', label: 'AVIF' },
            { value: 'png', label: 'PNG' },
          ]}
          value={wish.format}
          onChange={(format) => onChange({ format: format as SnapshotFormat })}
        />
        <NumberInput label="Width" size="xs" placeholder="As the camera" suffix=" px" min={16} max={7_680} allowDecimal={false} value={wish.width} onChange={(width) => onChange({ width })} />
      </div>
      <Select
        label="How old may the frame be?"
        description="A younger frame may take longer: the camera is asked again."
        size="xs"
        comboboxProps={{ withinPortal: false }}
        allowDeselect={false}
        data={AGES.map((ms) => ({ value: String(ms), label: ms === 0 ? 'Take a new one' : `At most ${formatDuration(ms / 1_000)}` }))}
        value={String(wish.maxAgeMs)}
        onChange={(ms) => onChange({ maxAgeMs: Number(ms) })}
      />
      {wish.format === 'png' ? null : (
        <div className={classes['slider']}>
          <span id={label}>Quality {wish.quality}</span>
          <Slider aria-labelledby={label} thumbProps={{ 'aria-labelledby': label }} min={10} max={100} step={5} value={wish.quality} onChange={(quality) => onChange({ quality })} label={null} />
        </div>
      )}
    </>
  );
}
