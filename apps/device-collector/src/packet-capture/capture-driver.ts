import type { Readable } from 'node:stream';
import type { CaptureCapability, CaptureDeviceType, PacketCaptureTarget } from '@capstan/contracts';
import type { AppError, Clock } from '@capstan/kernel';
import type { HttpsConnector } from '../https/https-connector.client';
import type { HttpsLogin } from '../https/https-login';
import type { SshLogin } from '../ssh/auth-plan';
import type { SshConnector } from '../ssh/ssh-connector.client';
import type { SftpSink } from '../sftp-sink/sftp-sink';
import type { ClockOffset } from './clock-offset';
import type { Transcript } from './transcript';

/** A target whose defaults have been filled in. */
export interface CaptureTarget extends Omit<PacketCaptureTarget, 'port' | 'interface'> {
  readonly port: number;
  readonly interface: string;
}

/** Whose a capture is that runs on a device which cannot be asked for its owner. */
export interface StartMark {
  /** Whether T0 has been named: from then on a running capture may be ours, although the evidence was lost with a worker. */
  t0Known: boolean;
  /** Unix milliseconds of the start line, by this holder or one before; set by the dialogue that sends it. */
  sentAt: number | undefined;
  /** Whether the device has said that our capture is over: what runs later is not ours. Set by the dialogue that heard it. */
  over: boolean;
}

/** What a dialogue gets from outside. */
export interface DialogueContext {
  readonly taskId: string;
  readonly target: CaptureTarget;
  /** Seconds of capture; null runs until told. */
  readonly durationSec: number | null;
  readonly login: SshLogin;
  readonly ssh: SshConnector;
  readonly https: HttpsConnector;
  /** What is known of the start; the same object for every connection of a task's holder. */
  readonly start: StartMark;
  readonly clock: Clock;
  readonly transcript: Transcript;
  /** Seconds from now within which everything has to be over. */
  readonly closeWithinSec?: number;
  /** Account of an application user, where the target names one. */
  readonly appLogin?: HttpsLogin;
  /** Where devices push their files that cannot be fetched; absent where none is offered. */
  readonly sftpSink?: SftpSink;
}

/**
 * Everything needed to find and remove what a capture leaves on a device, in plain JSON. Stored before the device is
 * changed, so that whoever takes the task over after a crash can go on or clean up.
 */
export interface RemotePlan {
  readonly driver: string;
  readonly [key: string]: unknown;
}

/** What the checks found. */
export interface PreflightReport {
  /** Sentences worth showing although nothing is wrong enough to stop. */
  readonly warnings: readonly string[];
  readonly clock?: ClockOffset;
  /** The device's own addresses, without those that every host has. */
  readonly addresses?: readonly string[];
}

/** Live numbers; what a device cannot tell is left out. */
export interface CaptureSample {
  readonly packets?: number;
  readonly received?: number;
  readonly dropped?: number;
  readonly bytes?: number;
  readonly files?: number;
  /** Set when something is going wrong that the counters do not show, e.g. a full disk. */
  readonly warning?: string;
}

/** Why a capture ended without being told to. */
export interface CaptureEnd {
  /** `limit`: a limit on the device was reached, and what was captured is whole. `died`: the capture broke off. */
  readonly reason: 'limit' | 'died';
  /** A code of the step table for `died`. */
  readonly code: string;
  readonly message: string;
}

/** The device's own account of a finished capture; null where it does not tell. */
export interface StopReport {
  readonly packets: number | null;
  readonly received: number | null;
  readonly dropped: number | null;
  /** Whether the device had to be forced; then the last packets may be missing. */
  readonly forced: boolean;
  /** Set when the capture had ended by itself before it was told to. */
  readonly end?: CaptureEnd;
  readonly warnings: readonly string[];
}

/** A file on its way from the device. */
export interface CapturedFile {
  /** Name on the device; for transcripts only. */
  readonly remoteName: string;
  /** `log`: text that the device gives besides; it counts for nothing. Default `pcap`. */
  readonly kind?: 'pcap' | 'log';
  /** Interface it was captured on, where the device decides that; else the target's. */
  readonly interface?: string;
  /** Part of the stored name that tells several files of one target apart; empty for the only file. */
  readonly suffix: string;
  /** Bytes, when known before reading. */
  readonly size?: number;
  readonly body: Readable;
  /** Told with the stored file, e.g. that its times are made up. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** What the files must add up to, so that a loss cannot hide. */
export interface FileExpectation {
  /** Packets all files together must hold at least; null when the device does not tell. */
  readonly packets: number | null;
  /** Whether older files may have been overwritten by design, so that fewer packets than counted are no loss. */
  readonly mayHaveWrapped: boolean;
  /** Whether the device said that its disk ran full. */
  readonly diskWasFull: boolean;
  /** Set when something that must be there could not be had; what was had is kept. */
  readonly incomplete?: { readonly code: 'FILE_TRUNCATED' | 'EXPORT_FAILED'; readonly message: string };
  /** Worth telling of the files although nothing is wrong. */
  readonly remark?: string;
}

/** What became of a capture whose holder is gone. */
export type AttachState = 'armed' | 'running' | 'ended' | 'absent';

/**
 * A capture on one device, step by step, in the order of `CAPTURE_STEPS`. Every method may throw AppErrors with the
 * step table's codes, rejects with the reason of its signal, and throws `DEVICE_LOST` when the connection breaks.
 */
export interface CaptureDialogue {
  /** Reaches the device and checks that it is who it was. Sends nothing secret. */
  connect(signal: AbortSignal): Promise<void>;
  /** Logs in with the one attempt there is. */
  authenticate(signal: AbortSignal): Promise<void>;
  /** Comes to the command prompt with the rights that are needed; absent where there is no prompt. */
  syncPrompt?(signal: AbortSignal): Promise<void>;
  /** Looks whether the capture can work, without changing anything. */
  preflight(signal: AbortSignal): Promise<PreflightReport>;
  /** What {@link configure} is going to leave on the device. Pure; after preflight. */
  plan(): RemotePlan;
  /** Prepares everything that can be prepared. */
  configure(signal: AbortSignal): Promise<void>;
  /** Goes to the point from which one write starts the capture. */
  arm(signal: AbortSignal): Promise<void>;
  /** Resolves when what {@link arm} holds has broken. */
  broken(): Promise<AppError>;
  /** Sends the start line and does nothing else, because others wait to send theirs. @returns the clock's Unix milliseconds of the write */
  start(): number;
  /** Waits for the device's own evidence. @returns the clock's Unix milliseconds at which it arrived */
  verifyRunning(signal: AbortSignal): Promise<number>;
  /** Reports numbers until the signal aborts (rejects with its reason) or the capture ends by itself. */
  poll(onSample: (sample: CaptureSample) => void, signal: AbortSignal): Promise<CaptureEnd>;
  /** Tells the device to stop; does not wait for it. */
  stop(signal: AbortSignal): Promise<void>;
  verifyStopped(signal: AbortSignal): Promise<StopReport>;
  /** The files, oldest first; each body must be read to its end or destroyed before the next is asked for. */
  retrieve(signal: AbortSignal): AsyncIterable<CapturedFile>;
  /** After {@link verifyStopped} and {@link retrieve}. */
  expectation(): FileExpectation;
  /** The device's clock against ours; undefined where it cannot be asked. */
  clockOffset(signal: AbortSignal): Promise<ClockOffset | undefined>;
  /** Ends whatever still runs and removes what the plan names. @throws AppError `CLEANUP_FAILED` */
  cleanup(plan: RemotePlan, signal: AbortSignal): Promise<void>;
  /**
   * After {@link authenticate}, instead of preflight to start: finds a capture that someone else began.
   * @param began whether it is known to have been running: a device that shows only that nothing runs cannot tell
   */
  attach(plan: RemotePlan, signal: AbortSignal, began: boolean): Promise<AttachState>;
  /** Always succeeds. */
  disconnect(signal: AbortSignal): Promise<void>;
}

/** The exact command of a target, before anyone connects. */
export interface CommandPreview {
  /** Several commands are on lines of their own. */
  readonly command: string;
  /** What the device filters by itself; empty when it captures everything. */
  readonly filterExpression: string;
  /** Wireshark display filter of a filtered copy made afterwards; null when the device applies the whole filter. */
  readonly postFilter: string | null;
  /** Paths of the conditions that the device does not apply; never without a `postFilter`, which applies them. */
  readonly dropped: readonly string[];
}

/** One platform. A new one is a folder under `drivers/` and a line in its registry. */
export interface CaptureDriver {
  readonly name: string;
  readonly deviceTypes: readonly CaptureDeviceType[];
  /** Whether a device takes one capture at a time, whoever wants it. Default false. */
  readonly exclusive?: boolean;
  /** Pure. */
  capabilities(deviceType: CaptureDeviceType): CaptureCapability;
  /** Pure. @throws AppError `UNSUPPORTED_FILTER` with the first wrong condition in `details.path` and all of them in `details.paths` */
  preview(target: CaptureTarget): CommandPreview;
  /** Touches nothing yet. */
  open(context: DialogueContext): CaptureDialogue;
}
