import type { z } from 'zod';
import { snapshotTarget } from '../cameras/snapshots';
import { collectionTarget } from '../collection/collection-target';
import type { ServiceName } from '../envelope/definitions';
import { packetCaptureTarget } from '../packet-capture/packet-capture';
import { recordingTarget } from '../recordings/recording-target';

/** What the engine must know of a kind of work; everything else is the worker's own affair. */
export interface TargetKind {
  readonly worker: ServiceName;
  readonly schema: z.ZodType;
  /** Whether a target of this kind runs until stopped when the session has no duration. */
  readonly openEnded: (spec: never) => boolean;
  /**
   * Whether targets of this kind wait for each other and begin at one instant. Those that do not begin whenever their
   * worker has a place for them, and may be begun anew when it was lost.
   */
  readonly startsTogether: boolean;
  /** Whether a target of this kind can hold still and go on: its worker takes `pause-task` and `resume-task`. */
  readonly pausable: boolean;
  /** A line for lists and cards: which device it is about. */
  readonly title: (spec: never) => string;
}

/** Every kind of target, by its name on the wire. A new kind is one more line here and one worker feature. */
export const TARGET_KINDS = {
  'packet-capture': {
    worker: 'device-collector',
    schema: packetCaptureTarget,
    startsTogether: true,
    pausable: false,
    openEnded: (spec: { mode: string }) => spec.mode === 'rotating',
    title: (spec: { host: string }) => spec.host,
  },
  snapshot: {
    worker: 'camera-service',
    startsTogether: true,
    pausable: false,
    schema: snapshotTarget,
    // A picture has no length: it ends by itself, whatever the session's duration.
    openEnded: () => true,
    title: (spec: { camera_name: string }) => spec.camera_name,
  },
  recording: {
    worker: 'sdr-acquirer',
    startsTogether: true,
    pausable: true,
    schema: recordingTarget,
    openEnded: () => false,
    title: (spec: { receiver_name: string; receiver_id: string }) => spec.receiver_name || spec.receiver_id,
  },
  collection: {
    worker: 'device-collector',
    startsTogether: false,
    pausable: false,
    schema: collectionTarget,
    // A device is done when it has answered.
    openEnded: () => true,
    title: (spec: { device_name: string; address: string; device_id: string }) => spec.device_name || spec.address || spec.device_id,
  },
} as const satisfies Record<string, TargetKind>;

/** See {@link TARGET_KINDS}. */
export type TargetKindName = keyof typeof TARGET_KINDS;

/** What is common to the targets of all kinds. */
interface AnyTarget {
  readonly kind: TargetKindName;
}

/** Whether a target runs until stopped, or ends by itself, when the session has no duration. */
export function isOpenEnded(target: AnyTarget): boolean {
  const { openEnded }: TargetKind = TARGET_KINDS[target.kind];
  return openEnded(target as never);
}

/** Whether a target waits for the others of its session before it begins. */
export function startsTogether({ kind }: { readonly kind: string }): boolean {
  return TARGET_KINDS[kind as TargetKindName].startsTogether;
}

/** A line about a target for lists and cards. */
export function titleOfTarget(target: AnyTarget): string {
  const { title }: TargetKind = TARGET_KINDS[target.kind];
  return title(target as never);
}

/** Names of {@link TARGET_KINDS}. */
export const TARGET_KIND_NAMES = Object.keys(TARGET_KINDS) as [TargetKindName, ...TargetKindName[]];
