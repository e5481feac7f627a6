import type { CaptureOutcome } from '@capstan/contracts';
import type { EntityManager } from 'typeorm';
import type { Actor, Normalised, ParseResult } from '../platforms';
import type { CaptureHeadRow } from './database/capture.entity';

/** The device as it is known when a capture of it is recorded. */
export interface CapturedDevice {
  readonly id: string;
  readonly name: string;
  /** Name of its platform. */
  readonly platform: string;
  readonly site: string | null;
}

/** One output of one device of one run. */
export interface NewCapture {
  readonly sessionId: string;
  readonly taskId: string;
  readonly device: CapturedDevice;
  /** Capture type. */
  readonly type: string;
  readonly capturedAt: Date;
  readonly commands: readonly string[];
  /** Whether it is proven that the device has said everything. Nothing unproven replaces the last good one. */
  readonly complete: boolean;
  readonly errorClass: string | null;
  /** Clean: without echo, prompt and terminal sequences. With its secrets. */
  readonly text: string;
  /** The text with its secrets masked, where somebody has needed that already. */
  readonly masked?: string;
  /** Bytes that came from the device. */
  readonly bytes: number;
  /** Null when nobody tried. */
  readonly parse: ParseResult<unknown> | null;
  /** Null when the platform has no rules. */
  readonly normalised: Normalised | null;
  /** Who made the last change, where the device tells. */
  readonly actor: Actor | null;
  /** Whether the device answered with another identity than the known one; then nothing is concluded from the capture. */
  readonly identityChanged: boolean;
  /** What was known when the collection came to the device; it may be out of date. Undefined where nobody has looked. */
  readonly known?: KnownBefore;
}

/** What is known before a capture is recorded. */
export interface KnownBefore {
  /** Set when this very capture is recorded already. */
  readonly recorded: RecordedCapture | undefined;
  /** The last good one. */
  readonly head: CaptureHeadRow | undefined;
  /** Hash of a text that is stored for certain. */
  readonly storedText: string | undefined;
}

/** Of a type that was never captured. */
export const NOTHING_KNOWN: KnownBefore = { recorded: undefined, head: undefined, storedText: undefined };

/** What is known of the captures of one device, by type. */
export type KnownCaptures = ReadonlyMap<string, KnownBefore>;

/** What became of it. */
export interface RecordedCapture {
  readonly captureId: string;
  readonly outcome: CaptureOutcome;
  /** Set with `changed` of a type whose changes are kept. */
  readonly changeId: string | null;
  readonly rows: number;
}

/** What came of loading what was only kept. */
export interface ReloadReport {
  readonly loaded: readonly RecordedCapture[];
  /** Captures that still wait, with the code of the reason. */
  readonly failed: readonly { readonly taskId: string; readonly type: string; readonly code: string }[];
}

/**
 * Where captures become history: texts, changes, and who was where when. The collection hands each capture over as soon as
 * it has it; any number of them at once.
 */
export abstract class CaptureCatalogue {
  /**
   * Records a capture. Recording the same one (task and type) again changes nothing and answers the same.
   *
   * When it cannot be loaded it is kept, sealed, to be loaded by {@link reload}.
   * @throws AppError `CAPTURE_NOT_LOADED` when it is kept only ("saved but not loaded"); `CAPTURE_NOT_KEPT` when not even
   * that was possible
   */
  abstract record(capture: NewCapture): Promise<RecordedCapture>;

  /** Keeps a capture, sealed, without loading it: {@link reload} does that when somebody wants it. @throws AppError `CAPTURE_NOT_KEPT` */
  abstract keep(capture: NewCapture): Promise<void>;

  /** Loads what a session has kept but not loaded. Harmless to repeat. */
  abstract reload(sessionId: string): Promise<ReloadReport>;

  /** How many captures of a session are kept but not loaded. */
  abstract waiting(sessionId: string): Promise<number>;

  /** What is known of a device before a task reads it: one look for all its types. */
  abstract known(deviceId: string, taskId: string): Promise<KnownCaptures>;

  /** Text with its secrets masked under the installation's key, for artifacts, transcripts and events. */
  abstract mask(platform: string, text: string): Promise<string>;

  /** Forgets a device with everything that is known of it. */
  abstract forgetDevice(manager: EntityManager, deviceId: string): Promise<void>;
}
