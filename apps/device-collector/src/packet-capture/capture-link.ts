import { AppError, type Clock } from '@capstan/kernel';
import type { AttachState, CaptureDialogue, RemotePlan } from './capture-driver';
import type { CaptureSteps } from './capture-steps';
import type { Transcript } from './transcript';

/** How long a lost device is looked for while it may still be capturing, and the pauses between two tries. */
const PATIENCE_MS = 900_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const CLEANUP_ATTEMPTS = 3;
/** After these another login would be another wrong password, or a password for an impostor. */
const NEVER_AGAIN: readonly string[] = ['AUTH_FAILED', 'HOSTKEY_MISMATCH'];

/** The thread to one device: keeps a dialogue, and gets a new one when the connection broke. */
export class CaptureLink {
  private current: CaptureDialogue;
  private connected = false;
  private refused = false;

  constructor(
    private readonly open: () => CaptureDialogue,
    private readonly steps: CaptureSteps,
    private readonly clock: Clock,
    private readonly transcript: Transcript,
  ) {
    this.current = open();
  }

  /** The dialogue of the present connection. */
  get dialogue(): CaptureDialogue {
    return this.current;
  }

  /** Connects, logs in and comes to the prompt. */
  async connect(until: AbortSignal): Promise<void> {
    try {
      await this.steps.run('connect', (signal) => this.current.connect(signal), until);
      await this.steps.run('auth', (signal) => this.current.authenticate(signal), until);
      const { current } = this;
      if (current.syncPrompt !== undefined) {
        await this.steps.run('sync_prompt', async (signal) => current.syncPrompt?.(signal), until);
      }
      this.connected = true;
    } catch (error) {
      this.refused ||= error instanceof AppError && NEVER_AGAIN.includes(error.code);
      throw error;
    }
  }

  /** Finds a capture that somebody began. */
  attach(plan: RemotePlan, began: boolean, until: AbortSignal): Promise<AttachState> {
    return this.steps.run('connect', (signal) => this.current.attach(plan, signal, began), until);
  }

  /**
   * After the connection broke: tries until the device is back.
   * @throws the last failure when it stays away; `AUTH_FAILED` and `HOSTKEY_MISMATCH` at once
   */
  async findAgain(plan: RemotePlan, began: boolean, until: AbortSignal): Promise<AttachState> {
    const giveUpAt = this.clock.monotonic() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      this.transcript.note('connect', 'the connection is lost; looking for the device');
      await this.renew();
      await this.clock.sleep(pause, until);
      try {
        await this.connect(until);
        const state = await this.attach(plan, began, until);
        this.transcript.note('connect', `found again: the capture is ${state}`);
        return state;
      } catch (error) {
        until.throwIfAborted();
        if (!(error instanceof AppError) || !error.retryable || this.clock.monotonic() > giveUpAt) {
          throw error;
        }
      }
    }
  }

  /**
   * Removes what the plan names, with a new connection when there is none.
   * @returns a sentence when something may be left on the device
   */
  async cleanUp(plan: RemotePlan, until: AbortSignal): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.refused) {
        return 'CLEANUP_FAILED: the device no longer lets us in, so something may be left on it';
      }
      try {
        if (!this.connected) {
          await this.renew();
          await this.connect(until);
        }
        await this.steps.run('cleanup', (signal) => this.current.cleanup(plan, signal), until);
        return undefined;
      } catch (error) {
        until.throwIfAborted();
        const { message, retryable } = AppError.from(error);
        if (attempt >= CLEANUP_ATTEMPTS || !retryable) {
          return `CLEANUP_FAILED: something may be left on the device (${this.transcript.clean(message)})`;
        }
        await this.disconnect();
        await this.clock.sleep(attempt * 1_000, until);
      }
    }
  }

  /** Removes what the plan names, over the connection there is. @throws as the dialogue does */
  cleanOnce(plan: RemotePlan, until: AbortSignal): Promise<void> {
    return this.steps.run('cleanup', (signal) => this.current.cleanup(plan, signal), until);
  }

  /** Lets go of the connection and begins a new dialogue. */
  async renew(): Promise<void> {
    await this.disconnect();
    this.current = this.open();
  }

  /** Says goodbye; cuts the connection when `until` has aborted. Always succeeds. */
  async disconnect(until: AbortSignal = new AbortController().signal): Promise<void> {
    this.connected = false;
    await this.steps.run('disconnect', (signal) => this.current.disconnect(signal), until).catch(() => undefined);
  }
}
