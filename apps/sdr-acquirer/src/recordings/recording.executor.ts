import { fieldProblems, recordingTarget, type RecordingTarget } from '@capstan/contracts';
import { AppError, type Clock, type FieldError, Gate, type Random } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { CLOCK, OBJECT_STORE, RANDOM } from '@capstan/service-kit';
import type { TaskExecutor, TaskOutcome, TaskRun } from '@capstan/tasks';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { chunkName } from '../chunks/chunk-key';
import { SDR_CONFIG, type SdrConfig } from '../config';
import { ReceiverDrivers } from '../drivers/registry';
import type { StreamRequest } from '../drivers/receiver-driver';
import { Receivers } from '../receivers/receivers.repository';
import { ChunkStore } from './chunk-store.service';
import { Finalizer } from './finalizer.service';
import { KeptStream } from './kept-stream';
import { RecordingRun } from './recording-run';
import { StreamStateStore } from './stream-state-store.service';
import { StreamStates } from './stream-states';
import { Waterfalls } from './waterfalls.service';

const UPLOADS = 16;

/** Targets of kind `recording`. */
@Injectable()
export class RecordingExecutor implements TaskExecutor {
  readonly kind = 'recording';
  private readonly logger = new Logger(RecordingExecutor.name);
  private readonly uploads = new Gate(UPLOADS);

  constructor(
    private readonly receivers: Receivers,
    private readonly drivers: ReceiverDrivers,
    private readonly chunks: ChunkStore,
    private readonly finalizer: Finalizer,
    private readonly waterfalls: Waterfalls,
    private readonly states: StreamStateStore,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(SDR_CONFIG) private readonly config: SdrConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  async check(spec: Readonly<Record<string, unknown>>): Promise<FieldError[]> {
    const parsed = recordingTarget.safeParse(spec);
    if (!parsed.success) {
      return fieldProblems(parsed.error.issues, spec);
    }
    const receiver = await this.receivers.get(parsed.data.receiver_id).catch(() => undefined);
    if (receiver === undefined) {
      return [{ path: 'receiver_id', code: 'RECEIVER_NOT_FOUND', message: 'no such receiver' }];
    }
    const { frequency_hz: frequency } = parsed.data;
    if (frequency < receiver.frequency_min_hz || frequency > receiver.frequency_max_hz) {
      return [{ path: 'frequency_hz', code: 'OUT_OF_RANGE', message: `${receiver.name} receives from ${receiver.frequency_min_hz} to ${receiver.frequency_max_hz} Hz` }];
    }
    const refusal = this.drivers.of(receiver.protocol).refuse(requestOf(parsed.data, receiver.sample_rate_hz));
    return refusal === undefined ? [] : [{ path: 'sample_rate_hz', code: 'OUT_OF_RANGE', message: refusal }];
  }

  async execute({ task, control, journal, artifacts }: TaskRun): Promise<TaskOutcome> {
    const spec = recordingTarget.parse(task.spec);
    const receiver = await this.receivers.get(spec.receiver_id);
    const password = await this.receivers.password(receiver.receiver_id);
    const key = { sessionId: task.session_id, receiverNo: receiver.receiver_no, receiverId: receiver.receiver_id, frequencyHz: spec.frequency_hz };
    await this.finalizer.adopt(task, spec, receiver);
    const states = new StreamStates(key, this.states);
    const { clock, random } = this;
    const stream = new KeptStream({ driver: this.drivers.of(receiver.protocol), endpoint: { ...receiver, password }, request: requestOf(spec, receiver.sample_rate_hz), clock, random, states });
    const tap = this.waterfalls.tap({ ...key, targetId: task.target_id, sampleRate: () => stream.info?.sampleRate ?? receiver.sample_rate_hz });
    const run = new RecordingRun(task, spec, key, {
      clock,
      stream,
      states,
      chunks: this.chunks,
      control,
      journal,
      artifacts,
      begun: (t0) => this.finalizer.begun(task.session_id, t0),
      warn: ({ code, message }) => void this.chunks.warn(key, code, message).catch((error: unknown) => this.logger.warn('A warning could not be told', error)),
      watch: (samples, arrivedAt) => tap.push(samples, arrivedAt),
      pipeline: { store: this.store, clock, random, uploads: this.uploads },
      queueSec: this.config.CAPSTAN_RECORDING_QUEUE_SEC,
      keyOf: (index) => `sessions/${task.session_id}/${chunkName(index, receiver.receiver_no, spec.by_frequency ? spec.frequency_hz : undefined)}`,
    });
    const outcome = await run.run();
    if (outcome.outcome === 'cancelled' && outcome.captureBegan) {
      await this.finalizer.discard(key);
    }
    await this.finalizer.consider(task.session_id).catch((error: unknown) => {
      // Seen again when the session itself ends.
      if (!(error instanceof AppError)) {
        throw error;
      }
    });
    return outcome;
  }
}

function requestOf(spec: RecordingTarget, receiverRate: number): StreamRequest {
  return { frequencyHz: spec.frequency_hz, sampleRateHz: spec.sample_rate_hz ?? receiverRate, halfBandHz: spec.half_band_hz, agc: spec.agc, gain: spec.gain };
}
