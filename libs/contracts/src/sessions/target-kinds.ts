import type { z } from 'zod';
import type { ServiceName } from '../envelope/definitions';
import { packetCaptureTarget } from '../packet-capture/packet-capture';
import { recordingTarget } from '../recordings/recording-target';

/** What the engine must know of a kind of work; everything else is the worker's own affair. */
export interface TargetKind {
  readonly worker: ServiceName;
  readonly schema: z.ZodType;
  /** Whether a target of this kind runs until stopped when the session has no duration. */
  readonly openEnded: (spec: never) => boolean;
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
    pausable: false,
    openEnded: (spec: { mode: string }) => spec.mode === 'rotating',
    title: (spec: { host: string }) => spec.host,
  },
  recording: {
    worker: 'sdr-acquirer',
    pausable: true,
    schema: recordingTarget,
    openEnded: () => false,
    title: (spec: { receiver_name: string; receiver_id: string }) => spec.receiver_name || spec.receiver_id,
  },
} as const satisfies Record<string, TargetKind>;

/** See {@link TARGET_KINDS}. */
export type TargetKindName = keyof typeof TARGET_KINDS;
/** Names of {@link TARGET_KINDS}. */
export const TARGET_KIND_NAMES = Object.keys(TARGET_KINDS) as [TargetKindName, ...TargetKindName[]];
