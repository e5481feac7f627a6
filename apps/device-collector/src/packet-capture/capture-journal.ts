import type { ArtifactView, LiveTargetState } from '@capstan/contracts';
import type { Metrics, SentCommand, StateFields, TaskOutcome } from '@capstan/tasks';
import type { RemotePlan } from './capture-driver';

/**
 * What the next holder of the task needs to know of the device and of how far this one came. Plain JSON.
 */
export interface RemoteRecord {
  readonly plan: RemotePlan;
  /** The device's own addresses, where it told them. */
  readonly addresses?: readonly string[];
  readonly startSentAt?: number;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  /** Set when the device never said that it stopped: what runs there may still be this capture. */
  readonly stopUnconfirmed?: true;
  /** Set once the artifacts are stored and told of: what is left to do is cleaning up and saying this. */
  readonly collected?: TaskOutcome;
}

/**
 * Where a capture writes down what happens, durably. Every method rejects with `LEASE_LOST` when somebody else holds the
 * task by now; nothing was written then.
 */
export interface CaptureJournal {
  advance(state: LiveTargetState, fields?: StateFields): Promise<void>;
  /** Keeps the record; before the device is changed in a way it tells of. */
  saveRemote(record: RemoteRecord): Promise<void>;
  /** Tells of stored artifacts and keeps the record, if there is one, together. */
  collected(artifacts: readonly ArtifactView[], record: RemoteRecord | undefined): Promise<void>;
  /** Takes note of a command for the audit log; written with the next state. */
  audit(command: SentCommand): void;
  /** Shows live numbers; may be lost. */
  progress(metrics: Metrics, message?: string): void;
}

/** What a running capture is told from outside. */
export interface CaptureControl {
  /** Resolves with T0 in Unix milliseconds. */
  readonly go: Promise<number>;
  /** Aborts when the capture is to end and its data to be kept. */
  readonly stop: AbortSignal;
  /** Aborts when the capture is to end and its data to be thrown away. */
  readonly cancel: AbortSignal;
  /** Aborts when the task is no longer ours: the device must not be touched any more. */
  readonly lost: AbortSignal;
}
