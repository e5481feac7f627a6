import { writeCsv } from '@capstan/kernel';
import type { CameraRecord } from './camera-view';

const COLUMNS = [
  'name',
  'description',
  'rtsp_url',
  'substream_url',
  'snapshot_url',
  'username',
  'resolution',
  'fps',
  'codec',
  'location',
  'latitude',
  'longitude',
  'group_id',
  'is_active',
  'is_primary',
  'enable_recording',
  'enable_snapshots',
  'enable_detection',
  'detection_sensitivity',
  'transport',
  'warm',
  'timeout_ms',
  'snapshot_interval_sec',
] as const;

/**
 * Cameras as a document that an import takes again.
 * @param passwordOf gives the password where credentials are wanted; without it neither name nor password is written
 */
export function exportDocument(format: 'csv' | 'json', cameras: readonly CameraRecord[], passwordOf: ((camera: CameraRecord) => string | undefined) | undefined): string {
  const columns = COLUMNS.filter((name) => name !== 'username' || passwordOf !== undefined);
  const records = cameras.map((camera) => ({ ...Object.fromEntries(columns.map((name) => [name, camera[name]])), ...(passwordOf === undefined ? {} : { password: passwordOf(camera) ?? null }) }) as Record<string, string | number | boolean | null>);
  if (format === 'json') {
    return `${JSON.stringify({ cameras: records }, null, 2)}\n`;
  }
  const header = [...columns, ...(passwordOf === undefined ? [] : ['password'])];
  return writeCsv([header, ...records.map((record) => header.map((name) => (record[name] === null || record[name] === undefined ? '' : String(record[name]))))]);
}
