import type { CameraView, CreateCameraBody, UpdateCameraBody } from '@capstan/contracts';

/** Fields of the form, as they are typed. */
export interface CameraDraft {
  readonly name: string;
  readonly description: string;
  readonly rtsp_url: string;
  readonly substream_url: string;
  readonly snapshot_url: string;
  readonly username: string;
  /** Empty leaves the stored one. */
  readonly password: string;
  readonly clear_password: boolean;
  readonly resolution: string;
  readonly fps: number | string;
  readonly codec: CameraView['codec'];
  readonly location: string;
  readonly latitude: number | string;
  readonly longitude: number | string;
  readonly group_id: string | null;
  readonly is_active: boolean;
  readonly is_primary: boolean;
  readonly enable_recording: boolean;
  readonly enable_snapshots: boolean;
  readonly enable_detection: boolean;
  readonly detection_sensitivity: number | string;
  readonly transport: CameraView['transport'];
  readonly warm: CameraView['warm'];
  readonly timeout_ms: number | string;
  /** Empty for none. */
  readonly snapshot_interval_sec: number | string;
}

/** A camera that nobody has typed anything about. */
export const EMPTY_DRAFT: CameraDraft = {
  name: '',
  description: '',
  rtsp_url: '',
  substream_url: '',
  snapshot_url: '',
  username: '',
  password: '',
  clear_password: false,
  resolution: '',
  fps: 25,
  codec: 'h264',
  location: '',
  latitude: '',
  longitude: '',
  group_id: null,
  is_active: true,
  is_primary: false,
  enable_recording: false,
  enable_snapshots: true,
  enable_detection: true,
  detection_sensitivity: 0.7,
  transport: 'auto',
  warm: 'on_demand',
  timeout_ms: 5_000,
  snapshot_interval_sec: '',
};

/** A camera as a form. */
export function draftOf(camera: CameraView): CameraDraft {
  return {
    ...EMPTY_DRAFT,
    name: camera.name,
    description: camera.description ?? '',
    rtsp_url: camera.rtsp_url,
    substream_url: camera.substream_url ?? '',
    snapshot_url: camera.snapshot_url ?? '',
    username: camera.username ?? '',
    resolution: camera.resolution ?? '',
    fps: camera.fps,
    codec: camera.codec,
    location: camera.location ?? '',
    latitude: camera.latitude ?? '',
    longitude: camera.longitude ?? '',
    group_id: camera.group_id,
    is_active: camera.is_active,
    is_primary: camera.is_primary,
    enable_recording: camera.enable_recording,
    enable_snapshots: camera.enable_snapshots,
    enable_detection: camera.enable_detection,
    detection_sensitivity: camera.detection_sensitivity,
    transport: camera.transport,
    warm: camera.warm,
    timeout_ms: camera.timeout_ms,
    snapshot_interval_sec: camera.snapshot_interval_sec ?? '',
  };
}

const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
const number = (value: number | string): number | null => (value === '' ? null : Number(value));

/** Everything but the password, as the API takes it. */
function fieldsOf(draft: CameraDraft) {
  return {
    name: draft.name.trim(),
    description: text(draft.description),
    rtsp_url: draft.rtsp_url.trim(),
    substream_url: text(draft.substream_url),
    snapshot_url: text(draft.snapshot_url),
    username: text(draft.username),
    resolution: text(draft.resolution),
    fps: Number(draft.fps),
    codec: draft.codec,
    location: text(draft.location),
    latitude: number(draft.latitude),
    longitude: number(draft.longitude),
    group_id: draft.group_id,
    is_active: draft.is_active,
    is_primary: draft.is_primary,
    enable_recording: draft.enable_recording,
    enable_snapshots: draft.enable_snapshots,
    enable_detection: draft.enable_detection,
    detection_sensitivity: Number(draft.detection_sensitivity),
    transport: draft.transport,
    warm: draft.warm,
    timeout_ms: Number(draft.timeout_ms),
    snapshot_interval_sec: number(draft.snapshot_interval_sec),
  };
}

/** Body of a new camera. */
export function bodyOf(draft: CameraDraft): CreateCameraBody {
  return { ...fieldsOf(draft), ...(draft.password === '' ? {} : { password: draft.password }) };
}

/** What was changed since `before` was read; nothing else is written, so that two people can change two fields. */
export function changesOf(before: CameraView, draft: CameraDraft): UpdateCameraBody {
  const fields = fieldsOf(draft);
  const changed = Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== before[name as keyof typeof fields])) as UpdateCameraBody;
  return { ...changed, ...(draft.password !== '' ? { password: draft.password } : draft.clear_password ? { password: null } : {}) };
}

/** What is wrong with a field, by its name. The API has the last word; this is for the moment of typing. */
export function draftProblems(draft: CameraDraft): Partial<Record<keyof CameraDraft, string>> {
  const problems: Partial<Record<keyof CameraDraft, string>> = {};
  const url = (name: 'rtsp_url' | 'substream_url' | 'snapshot_url', schemes: RegExp, words: string): void => {
    if (draft[name].trim() !== '' && !schemes.test(draft[name].trim())) {
      problems[name] = words;
    }
  };
  const range = (name: 'fps' | 'latitude' | 'longitude' | 'detection_sensitivity' | 'timeout_ms' | 'snapshot_interval_sec', low: number, high: number, optional: boolean): void => {
    const value = draft[name];
    if (value === '' ? !optional : !(Number(value) >= low && Number(value) <= high)) {
      problems[name] = `from ${low} to ${high}`;
    }
  };
  url('rtsp_url', /^rtsps?:\/\/./i, 'must start with rtsp:// or rtsps://');
  url('substream_url', /^rtsps?:\/\/./i, 'must start with rtsp:// or rtsps://');
  url('snapshot_url', /^https?:\/\/./i, 'must start with http:// or https://');
  range('fps', 1, 60, false);
  range('latitude', -90, 90, true);
  range('longitude', -180, 180, true);
  range('detection_sensitivity', 0, 1, false);
  range('timeout_ms', 500, 60_000, false);
  range('snapshot_interval_sec', 10, 86_400, true);
  if (draft.resolution.trim() !== '' && !/^[1-9]\d{1,4}x[1-9]\d{1,4}$/.test(draft.resolution.trim())) {
    problems.resolution = 'WIDTHxHEIGHT, such as 1920x1080';
  }
  return problems;
}

/** Whether the form can be sent. */
export function isComplete(draft: CameraDraft): boolean {
  return draft.name.trim() !== '' && draft.rtsp_url.trim() !== '' && Object.keys(draftProblems(draft)).length === 0;
}

const FIELD_NAMES: Partial<Record<keyof UpdateCameraBody, string>> = {
  name: 'name',
  rtsp_url: 'stream',
  substream_url: 'substream',
  snapshot_url: 'still address',
  username: 'user name',
  group_id: 'group',
  is_active: 'on or off',
  timeout_ms: 'time-out',
  snapshot_interval_sec: 'interval of snapshots',
};

/** Words for fields that two people changed: what the other one wrote since `before`. */
export function changedByOthers(before: CameraView, now: CameraView): string[] {
  const names = Object.keys(fieldsOf(draftOf(before))) as (keyof UpdateCameraBody & keyof CameraView)[];
  return names.filter((name) => before[name] !== now[name]).map((name) => FIELD_NAMES[name] ?? name.replaceAll('_', ' '));
}
