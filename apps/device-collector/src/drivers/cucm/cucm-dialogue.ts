import { AppError } from '@capstan/kernel';
import type {
  AttachState,
  CaptureDialogue,
  CapturedFile,
  CaptureEnd,
  CaptureSample,
  DialogueContext,
  FileExpectation,
  PreflightReport,
  RemotePlan,
  StopReport,
} from '../../packet-capture/capture-driver';
import type { ClockOffset } from '../../packet-capture/clock-offset';
import { divideFilter } from '../../packet-capture/filter/device-filter';
import { DeviceLogin } from '../../packet-capture/device-login.client';
import { required } from '../../packet-capture/out-of-order';
import type { CliExchange, CliLimits } from '../../ssh/cli/cli-exchange';
import { OPTIONS_SHOWN, readRefusal, readTrailer, type TcpdumpTrailer } from './capture-answer';
import { captureCommand, captureName, MOST_PACKETS } from './capture-command';
import { vosCanExpress, vosFilterWords } from './cucm-filter';
import { type CucmPlan, readCucmPlan } from './cucm-plan';
import { CucmRetrieval } from './cucm-retrieval.client';
import type { NodeFile } from './file-list';
import { NodeCli } from './node-cli.client';
import { diskDoubt, ntpDoubt, readNodeAddresses, readStatus, statusClock } from './node-status';
import { SIZE_EVERY_MS, SizeWatch } from './size-watch.client';

/** Settings of the cucm driver. */
export interface CucmDriverOptions {
  /** Port of a node's log collection service. */
  readonly dimePort: number;
  /** Milliseconds between two looks at the size of the files. */
  readonly sizeEveryMs: number;
}

/** See {@link CucmDriverOptions}. */
export const CUCM_DEFAULTS: CucmDriverOptions = { dimePort: 8_443, sizeEveryMs: SIZE_EVERY_MS };

const FOR_EVER: CliLimits = { timeoutMs: 2 ** 31 - 1, idleMs: 2 ** 31 - 1 };
const EVIDENCE: CliLimits = { timeoutMs: 5_000, idleMs: 5_000 };
/** A refusal comes with its prompt right behind the options; what stays silent so long captures. */
const REFUSAL: CliLimits = { timeoutMs: 400, idleMs: 400 };
const STOP: CliLimits = { timeoutMs: 3_000, idleMs: 3_000 };
const STOP_TRIES = 3;
/** Two looks so far apart must show the same sizes. */
const SETTLE_MS = 400;
const SETTLE_TRIES = 25;

/** `utils network capture` on a VOS node, over one SSH connection and, for the sizes, a second one. */
export class CucmDialogue implements CaptureDialogue {
  private readonly device: DeviceLogin;
  private cli: NodeCli | undefined;
  private remote: CucmPlan | undefined;
  private capture: CliExchange | undefined;
  private endedByItself: CaptureEnd | undefined;
  private trailer: TcpdumpTrailer | undefined;
  private fileCount = 0;
  /** Characters of the capture's answer that the transcript has. */
  private written = 0;

  constructor(
    private readonly context: DialogueContext,
    private readonly options: CucmDriverOptions,
  ) {
    this.device = new DeviceLogin(context);
  }

  connect(signal: AbortSignal): Promise<void> {
    return this.device.reach(signal);
  }

  async authenticate(signal: AbortSignal): Promise<void> {
    await this.device.logIn(signal);
  }

  async syncPrompt(signal: AbortSignal): Promise<void> {
    this.cli = await NodeCli.open(this.device.connection, this.context, 'sync_prompt', signal);
  }

  async preflight(signal: AbortSignal): Promise<PreflightReport> {
    const { target, sftpSink, appLogin } = this.context;
    const cli = required(this.cli);
    const { status, clock } = await this.askStatus(signal);
    const wantedMb = target.mode === 'rotating' ? target.size_per_file_mb * target.max_files : 0;
    const disk = diskDoubt(status, wantedMb);
    if (disk !== undefined) {
      throw new AppError('DISK_LOW', `${target.host}: ${disk}`);
    }
    const ntp = ntpDoubt((await cli.run('preflight', 'utils ntp status', signal)).text);
    const addresses = readNodeAddresses((await cli.run('preflight', 'show network eth0', signal)).text);
    const sink = appLogin === undefined ? (await sftpSink?.address(target.host))?.warning : undefined;
    const warnings = [
      ...(status.logging === undefined ? ['the node does not tell how full its disk is'] : []),
      ...(ntp === undefined ? [] : [ntp]),
      ...(sink === undefined ? [] : [`the node will have to push its files to us, but ${sink}`]),
    ];
    return { warnings, addresses, ...(clock === undefined ? {} : { clock }) };
  }

  plan(): RemotePlan {
    const { taskId } = this.context;
    this.remote = { driver: 'cucm', task_id: taskId, name: captureName(taskId) };
    return this.remote;
  }

  async configure(): Promise<void> {
    const { transcript } = this.context;
    transcript.note('configure', `will run: ${this.command()}`);
  }

  async arm(signal: AbortSignal): Promise<void> {
    // The command line is the whole configuration; typed without its end it would not survive a log message.
    await required(this.cli).ready(signal);
    this.context.transcript.note('armed', 'the prompt is held ready');
  }

  async broken(): Promise<AppError> {
    return Promise.race([required(this.cli).closed, this.device.connection.closed]);
  }

  start(): number {
    this.capture = required(this.cli).begin(this.command());
    return this.context.clock.now();
  }

  async verifyRunning(signal: AbortSignal): Promise<number> {
    const { clock, target, transcript } = this.context;
    const capture = required(this.capture);
    transcript.sent('start', this.command());
    const shown = await orSilence(capture.until([{ name: 'options', pattern: OPTIONS_SHOWN, where: 'line' }], EVIDENCE, signal));
    const at = clock.now();
    const then = shown === 'prompt' ? 'prompt' : await orSilence(capture.until([], REFUSAL, signal));
    this.written = capture.textSoFar.length;
    transcript.received('verify_running', capture.textSoFar);
    if (then === 'prompt') {
      await this.explainEarlyPrompt(capture, signal);
      return at;
    }
    if (shown === 'silence') {
      // No block of options in any wording: then the file itself is the evidence.
      const watch = new SizeWatch(this.context, required(this.remote).name);
      try {
        if ((await watch.look(signal)).files === 0) {
          throw new AppError('START_FAILED', `${target.host} shows no sign of a capture`, { retryable: true });
        }
      } finally {
        await watch.close();
      }
    }
    return at;
  }

  async poll(onSample: (sample: CaptureSample) => void, signal: AbortSignal): Promise<CaptureEnd> {
    if (this.endedByItself !== undefined) {
      return this.endedByItself;
    }
    const capture = required(this.capture);
    const over = new AbortController();
    const watching = new SizeWatch(this.context, required(this.remote).name).run(onSample, this.options.sizeEveryMs, AbortSignal.any([signal, over.signal]));
    try {
      await capture.until([], FOR_EVER, signal);
      this.endedByItself = this.limitReached(capture);
      this.context.transcript.note('poll', this.endedByItself.message);
      return this.endedByItself;
    } finally {
      over.abort(new AppError('CANCELLED', 'The capture is over'));
      await watching;
    }
  }

  async stop(): Promise<void> {
    const { capture } = this;
    if (capture !== undefined && !capture.over) {
      this.context.transcript.sent('stop', 'Ctrl-C');
      capture.interrupt();
    }
  }

  async verifyStopped(signal: AbortSignal): Promise<StopReport> {
    const { transcript, target } = this.context;
    const { capture } = this;
    if (capture === undefined) {
      const end: CaptureEnd = { reason: 'died', code: 'DEVICE_LOST', message: 'the capture ended with the connection that ran it' };
      return { packets: null, received: null, dropped: null, forced: false, end, warnings: [] };
    }
    await this.untilStopped(capture, signal);
    const text = capture.result?.text ?? '';
    transcript.received('verify_stopped', text.slice(this.written));
    this.trailer = readTrailer(text);
    this.context.transcript.note('verify_stopped', `${target.host} is back at its prompt`);
    const { captured = null, received = null, dropped = null } = this.trailer ?? {};
    return { packets: captured, received, dropped, forced: false, ...(this.endedByItself === undefined ? {} : { end: this.endedByItself }), warnings: [] };
  }

  async *retrieve(signal: AbortSignal): AsyncIterable<CapturedFile> {
    const { target } = this.context;
    const cli = required(this.cli);
    const files = await this.settledFiles(cli, signal);
    this.fileCount = files.length;
    // A file that was opened and got nothing adds nothing, beside others.
    const kept = files.length > 1 ? files.filter(({ size }) => size > 0) : files;
    const suffix = (index: number): string => (target.mode === 'rotating' ? String(index + 1).padStart(2, '0') : '');
    yield* new CucmRetrieval(cli, this.context, this.options.dimePort).fetch(kept, suffix, signal);
  }

  expectation(): FileExpectation {
    const { target } = this.context;
    return {
      packets: this.trailer?.captured ?? null,
      mayHaveWrapped: target.mode === 'rotating' && this.fileCount >= target.max_files,
      diskWasFull: false,
    };
  }

  async clockOffset(signal: AbortSignal): Promise<ClockOffset | undefined> {
    return (await this.askStatus(signal)).clock;
  }

  async cleanup(stored: RemotePlan, signal: AbortSignal): Promise<void> {
    const { name } = readCucmPlan(stored);
    const { target } = this.context;
    const cli = required(this.cli);
    if (this.capture?.over === false) {
      await this.stop();
      await this.untilStopped(this.capture, signal);
    }
    const left = await cli.deleteFiles(name, signal);
    if (left !== undefined) {
      throw new AppError('CLEANUP_FAILED', `${target.host} still has ${left}`, { retryable: true });
    }
  }

  async attach(stored: RemotePlan, signal: AbortSignal): Promise<AttachState> {
    this.remote = readCucmPlan(stored);
    const files = await required(this.cli).files('connect', this.remote.name, signal);
    // A capture does not outlive the session that runs it; its files do.
    return files.length === 0 ? 'absent' : 'ended';
  }

  async disconnect(signal: AbortSignal): Promise<void> {
    // A command line that captures takes no goodbye.
    await this.cli?.leave(this.capture === undefined || this.capture.over ? 'exit' : '\u0003');
    await this.device.leave(signal);
  }

  private command(): string {
    const { target } = this.context;
    const { device } = divideFilter(target, vosCanExpress, 'cucm');
    return captureCommand(target, required(this.remote).name, vosFilterWords(device));
  }

  private async askStatus(signal: AbortSignal) {
    const { clock } = this.context;
    const sentAt = clock.now();
    const { text } = await required(this.cli).run('preflight', 'show status', signal);
    const status = readStatus(text);
    return { status, clock: statusClock(status, sentAt, clock.now()) };
  }

  /** The prompt behind the start line: a refusal, or a limit that was reached at once. */
  private async explainEarlyPrompt(capture: CliExchange, signal: AbortSignal): Promise<void> {
    const { target } = this.context;
    const text = capture.result?.text ?? '';
    const refusal = readRefusal(target.host, text);
    if (refusal !== undefined) {
      throw refusal;
    }
    const files = await required(this.cli).files('verify_running', required(this.remote).name, signal);
    if (files.length === 0) {
      throw new AppError('START_FAILED', `${target.host} did not capture: ${text.trim().slice(-200) || 'it gave no reason'}`);
    }
    this.endedByItself = this.limitReached(capture);
  }

  private limitReached(capture: CliExchange): CaptureEnd {
    const { target } = this.context;
    const refusal = readRefusal(target.host, capture.result?.text ?? '');
    if (refusal !== undefined) {
      return { reason: 'died', code: refusal.code, message: refusal.message };
    }
    const limit = target.packet_limit ?? MOST_PACKETS;
    return target.mode === 'standard'
      ? { reason: 'limit', code: 'LIMIT_REACHED', message: `the node ended the capture at its limit of ${limit} packets` }
      : { reason: 'died', code: 'DEVICE_LOST', message: 'the node ended the capture without being asked' };
  }

  private async untilStopped(capture: CliExchange, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      if ((await orSilence(capture.until([], STOP, signal))) === 'prompt') {
        return;
      }
      if (tries >= STOP_TRIES) {
        throw new AppError('STOP_TIMEOUT', `${this.context.target.host} does not end the capture`, { retryable: true });
      }
      capture.write(tries === 1 ? '\n' : '\u0003\n');
    }
  }

  /** The files, when they have stopped growing: a node writes out what it holds a moment after the stop. */
  private async settledFiles(cli: NodeCli, signal: AbortSignal): Promise<NodeFile[]> {
    const { name } = required(this.remote);
    const { clock } = this.context;
    let before = '';
    for (let tries = 0; ; tries += 1) {
      const files = await cli.files('retrieve', name, signal);
      const now = JSON.stringify(files.map((file) => [file.name, file.size]));
      if (files.length > 0 && (now === before || tries >= SETTLE_TRIES)) {
        return files;
      }
      if (files.length === 0 && tries >= 4) {
        return files;
      }
      before = now;
      await clock.sleep(SETTLE_MS, signal);
    }
  }
}

/** What came, or `silence` when nothing did. */
async function orSilence(waiting: Promise<{ readonly name: string }>): Promise<string> {
  try {
    return (await waiting).name;
  } catch (error) {
    if (error instanceof AppError && error.code === 'PROMPT_LOST') {
      return 'silence';
    }
    throw error;
  }
}
