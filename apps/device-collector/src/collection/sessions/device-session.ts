import type { CommandLimits, ReadingEvidence } from '../../platforms';

/** A complete answer, and how it is known to be one. */
export interface DeviceAnswer {
  readonly text: string;
  readonly evidence: ReadingEvidence;
}

/** One login to a device, for everything that is asked of it. */
export interface DeviceSession {
  /** Why commands of the privileged mode cannot be sent; undefined when they can. */
  readonly unprivileged: { readonly code: 'ENABLE_REQUIRED' | 'ENABLE_FAILED'; readonly message: string } | undefined;
  /**
   * Sends a command and waits for the end of its answer.
   * @throws AppError `CMD_TIMEOUT`, `DEVICE_LOST`, `OUTPUT_TOO_LARGE`; the signal's reason
   */
  ask(command: string, limits: CommandLimits, signal: AbortSignal): Promise<DeviceAnswer>;
  /** Says goodbye, within two seconds. Always succeeds. */
  leave(): Promise<void>;
  /** Hangs up at once: a device that does not answer would not hear a goodbye. */
  abandon(): void;
}
