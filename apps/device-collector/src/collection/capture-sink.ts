import type { ArtifactView, CollectedCapture } from '@capstan/contracts';
import { AppError, backoffDelay, type Clock, type Random, Serial } from '@capstan/kernel';
import type { TaskArtifacts } from '@capstan/tasks';
import { type CapturedDevice, type CaptureCatalogue, type KnownCaptures, NOTHING_KNOWN, type RecordedCapture } from '../catalogue/capture-catalogue';
import type { Platform } from '../platforms';
import type { TypeReading } from './type-reading';

/** Where the readings of one device go. */
export interface SinkOrder {
  readonly sessionId: string;
  readonly taskId: string;
  readonly device: CapturedDevice;
  readonly platform: Platform;
  /** What was known of the device before. */
  readonly known: KnownCaptures;
  /** Whether captures are loaded as they come. */
  readonly autoLoad: boolean;
}

/** What a sink works with. */
export interface SinkPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly catalogue: CaptureCatalogue;
  readonly artifacts: TaskArtifacts;
  readonly signal: AbortSignal;
  /** Tells the inventory who answered. @returns whether it is another device than the one that was known */
  readonly observe: (reading: TypeReading) => Promise<boolean>;
  /** Told when a capture is where it belongs, with its artifact where it has one. */
  readonly onStored: (capture: CollectedCapture, artifact: ArtifactView | undefined) => void;
}

const STORE_TRIES = 5;
const STORE_BACKOFF = { initialMs: 500, maxMs: 5_000 } as const;

/**
 * Takes the readings of one device to the object store and into the catalogue, one after the other, beside the device: it
 * is asked the next command meanwhile.
 */
export class CaptureSink {
  private readonly order = new Serial();
  private readonly work: Promise<void>[] = [];
  private identityChanged = false;

  constructor(
    private readonly wish: SinkOrder,
    private readonly ports: SinkPorts,
  ) {}

  /** Takes a reading. Never fails; what went wrong is in the capture. */
  take(reading: TypeReading): void {
    this.work.push(this.order.run(() => this.store(reading)));
  }

  /** Waits for everything that was taken. @throws the signal's reason */
  async settled(): Promise<void> {
    await Promise.all(this.work);
  }

  private async store(reading: TypeReading): Promise<void> {
    const { onStored } = this.ports;
    const { type, status, errorClass, message, durationMs, text, parse } = reading;
    const bytes = Buffer.byteLength(text);
    const facts = { capture_type: type, status, error_class: errorClass, message, rows: parse === null || parse.status === 'unparsed' ? null : parse.rows.length, bytes, duration_ms: Math.round(durationMs) };
    const nowhere = { loaded: false, change: null, capture_id: null };
    if (status === 'failed' || status === 'unsupported') {
      onStored({ ...facts, ...nowhere }, undefined);
      return;
    }
    if (reading.complete) {
      this.identityChanged = (await this.ports.observe(reading)) || this.identityChanged;
    }
    let artifact: ArtifactView;
    let masked: string;
    try {
      masked = await this.ports.catalogue.mask(this.wish.platform.name, text);
      artifact = await this.keepText(reading, masked);
    } catch (error) {
      this.ports.signal.throwIfAborted();
      const { code, message: why } = AppError.from(error);
      onStored({ ...facts, ...nowhere, status: 'failed', error_class: code, message: `the capture could not be stored: ${why}` }, undefined);
      return;
    }
    try {
      const recorded = await this.record(reading, masked, bytes);
      onStored(recorded === undefined ? { ...facts, ...nowhere } : { ...facts, loaded: true, change: recorded.outcome, capture_id: recorded.captureId }, artifact);
    } catch (error) {
      this.ports.signal.throwIfAborted();
      onStored({ ...facts, ...nowhere, message: `saved but not loaded: ${AppError.from(error).message}` }, artifact);
    }
  }

  /** The text as people may have it: masked. */
  private async keepText({ type, complete, commands }: TypeReading, masked: string): Promise<ArtifactView> {
    const { artifacts, clock, random, signal } = this.ports;
    const { device, platform } = this.wish;
    for (let tries = 1; ; tries += 1) {
      try {
        const name = `${fileName(device.name)}/${type}.txt`;
        const stored = await artifacts.putBytes(`${type}.txt`, masked, 'text/plain; charset=utf-8', signal);
        return artifacts.describe('cli-capture', name, stored, { capture_type: type, device_id: device.id, platform: platform.name, complete, commands: [...commands] });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof AppError) || !error.retryable || tries >= STORE_TRIES) {
          throw error;
        }
        await clock.sleep(backoffDelay(STORE_BACKOFF, tries, random()), signal);
      }
    }
  }

  private async record(reading: TypeReading, masked: string, bytes: number): Promise<RecordedCapture | undefined> {
    const { sessionId, taskId, device, platform, known, autoLoad } = this.wish;
    const { catalogue, clock } = this.ports;
    const { type, text, complete, errorClass, commands, parse } = reading;
    const capture = {
      sessionId,
      taskId,
      device,
      type,
      capturedAt: new Date(clock.now()),
      commands,
      complete,
      errorClass,
      text,
      masked,
      bytes,
      parse,
      normalised: platform.normalise(type, text),
      actor: platform.actor(text) ?? null,
      identityChanged: this.identityChanged,
      known: known.get(type) ?? NOTHING_KNOWN,
    };
    if (autoLoad) {
      return catalogue.record(capture);
    }
    await catalogue.keep(capture);
    return undefined;
  }
}

/** A device's name as a part of a file name. */
function fileName(name: string): string {
  const safe = name.normalize('NFC').replace(/[^\p{L}\p{N}._-]/gu, '_').slice(0, 80);
  return safe === '' ? 'device' : safe;
}
