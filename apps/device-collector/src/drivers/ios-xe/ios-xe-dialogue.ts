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
import { DeviceLogin } from '../../packet-capture/device-login.client';
import { required } from '../../packet-capture/out-of-order';
import type { CliExchange } from '../../ssh/cli/cli-exchange';
import { filterMethod, type FilterMethod, type OwnSession, routerFilter } from './acl-filter';
import { bufferRemarks, bufferWish, captureCommands, GRACE_SEC } from './capture-commands';
import { CaptureExport } from './capture-export.client';
import { cubeExtras } from './cube-extras.client';
import { captureName } from './capture-name';
import { type IosXePlan, readIosXePlan } from './ios-xe-plan';
import { checkInterface, checkVersion, findFileSystem, listCapturePoints, measureClock, othersRemarks, ownSession, routerAddresses } from './router-checks.client';
import { LOOK_LIMITS, RouterCapture } from './router-capture.client';
import type { RouterCli } from './router-cli.client';
import { openRouterCli } from './router-login.client';
import { type BufferCounts, readCapturePoints, readFileSize, readStartRefusal } from './router-output';

/** Settings of the ios-xe driver. */
export interface IosXeDriverOptions {
  /** Milliseconds between two looks at the counters. */
  readonly pollMs: number;
}

/** See {@link IosXeDriverOptions}. */
export const IOS_XE_DEFAULTS: IosXeDriverOptions = { pollMs: 2_000 };

const START_LIMITS = { timeoutMs: 15_000, idleMs: 15_000 };
const STOPPED_POLL_MS = 500;
/** Looks after which the stop is ordered again. */
const LOOKS_PER_STOP = 8;
const STOP_TRIES = 3;
/** A capture without an end of its own still has one on the router. */
const LONGEST_SEC = 86_400;
/** A buffer that is so full holds no further packet of full size. */
const FULL = 0.97;
const GOODBYE_MS = 500;

/** Embedded packet capture on an IOS-XE router, over its command line. */
export class IosXeDialogue implements CaptureDialogue {
  private readonly device: DeviceLogin;
  private cliInUse: RouterCli | undefined;
  private captureInUse: RouterCapture | undefined;
  private own: OwnSession | undefined;
  private fileSystem = 'flash:';
  private stale = false;
  private method: FilterMethod = { method: 'any' };
  private remote: IosXePlan | undefined;
  private starting: CliExchange | undefined;
  private startedAt: number | undefined;
  private counts: BufferCounts | undefined;
  private end: CaptureEnd | undefined;
  private readonly remarks: string[] = [];
  private readonly unanswered: string[] = [];

  constructor(
    private readonly context: DialogueContext,
    private readonly options: IosXeDriverOptions,
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
    const { target, login, clock, transcript } = this.context;
    this.cliInUse = await openRouterCli(this.device.connection, { host: target.host, login, clock, transcript }, signal);
    this.captureInUse = new RouterCapture(this.cliInUse, target.host, this.remarks);
  }

  async preflight(signal: AbortSignal): Promise<PreflightReport> {
    const { target, clock, taskId } = this.context;
    const { cli } = this;
    const version = await checkVersion(cli, target.host, signal);
    const measured = await measureClock(cli, clock, signal);
    const interfaceRemark = await checkInterface(cli, target, signal);
    const points = await listCapturePoints(cli, signal);
    const name = captureName(taskId);
    // Of this very task, so nobody else can miss it. Everything else belongs to somebody.
    this.stale = points.some((point) => point.name === name);
    this.own = await ownSession(cli, target.port, signal);
    const addresses = await routerAddresses(cli, signal);
    const space = await findFileSystem(cli, signal);
    this.fileSystem = space.name;
    const filter = routerFilter(target);
    this.method = filterMethod(filter, this.own);
    cli.note('preflight', `IOS-XE ${version?.text ?? '(version unknown)'}; filter by ${this.method.method}; capture point ${name}`);
    const warnings = [
      ...(version === undefined ? ['the router does not tell its version'] : []),
      ...measured.remarks,
      ...(interfaceRemark === undefined ? [] : [interfaceRemark]),
      ...othersRemarks(points, name),
      ...bufferRemarks(target),
      ...(filter.rules === undefined ? ['without a filter, Capstan’s own session with the router may be in the capture'] : ['with a filter, IOS-XE captures IPv4 only']),
      ...(this.own === undefined && this.method.method === 'acl' ? ['the router does not tell where this session comes from, so its packets may be in the capture'] : []),
      ...(space.freeBytes === undefined ? ['the router does not tell how much space its flash has'] : []),
    ];
    return { warnings, addresses, ...(measured.offset === undefined ? {} : { clock: measured.offset }) };
  }

  plan(): RemotePlan {
    const { taskId, target, durationSec, closeWithinSec } = this.context;
    const name = captureName(taskId);
    const { megabytes, circular } = bufferWish(target);
    const longest = Math.min(closeWithinSec ?? LONGEST_SEC, LONGEST_SEC);
    this.remote = {
      driver: 'ios-xe',
      task_id: taskId,
      name,
      acl: this.method.method === 'acl' ? `${name}_A` : null,
      file_system: this.fileSystem,
      file: `${name}.pcap`,
      limit_sec: durationSec === null ? longest : durationSec + GRACE_SEC,
      packet_limit: target.packet_limit ?? null,
      buffer_mb: megabytes,
      circular,
    };
    return { ...this.remote };
  }

  async configure(signal: AbortSignal): Promise<void> {
    const { cli } = this;
    const plan = required(this.remote);
    if (this.stale) {
      await this.capture.remove('configure', plan, true, signal);
    }
    if (plan.acl !== null && this.method.method === 'acl') {
      await this.capture.configureAccessList(plan.acl, this.method.lines, signal);
    }
    for (const command of captureCommands(plan, this.context.target, this.method)) {
      await this.capture.configureLine(command, signal);
    }
    const [point] = readCapturePoints((await cli.ask('configure', `show monitor capture ${plan.name}`, signal)).text);
    if (point === undefined) {
      throw new AppError('CLI_INVALID_INPUT', `${this.context.target.host} did not make the capture point ${plan.name}`);
    }
    if (point.durationSec !== undefined && point.durationSec !== plan.limit_sec) {
      // Without it a router that nobody asks any more would capture for ever.
      throw new AppError('CLI_INVALID_INPUT', `${this.context.target.host} did not take the limit of ${plan.limit_sec} s`);
    }
  }

  async arm(signal: AbortSignal): Promise<void> {
    await this.cli.session.ready(signal);
    this.cli.note('armed', `the prompt ${this.cli.session.prompt} is held ready`);
  }

  async broken(): Promise<AppError> {
    return Promise.race([this.device.connection.closed, this.cli.session.closed]);
  }

  start(): number {
    this.starting = this.cli.session.begin(`monitor capture ${required(this.remote).name} start`);
    this.startedAt = this.context.clock.now();
    return this.startedAt;
  }

  async verifyRunning(signal: AbortSignal): Promise<number> {
    const { clock, target, transcript } = this.context;
    const plan = required(this.remote);
    const exchange = required(this.starting);
    transcript.sent('start', `monitor capture ${plan.name} start`);
    const answer = await exchange.finish(START_LIMITS, signal, []);
    const at = clock.now();
    this.cli.heard('verify_running', answer);
    const refusal = readStartRefusal(answer.text);
    if (refusal !== undefined) {
      throw new AppError(refusal.code, `${target.host}: ${refusal.message}`);
    }
    const said = /started capture point/i.test(answer.text) || answer.messages.some((message) => /BUFCAP-\d-ENABLE/.test(message));
    const active = await this.capture.isActive('verify_running', plan, signal);
    if (active !== true && !said) {
      throw new AppError('START_FAILED', `${target.host} does not show the capture as active`);
    }
    return said ? at : clock.now();
  }

  async poll(onSample: (sample: CaptureSample) => void, signal: AbortSignal): Promise<CaptureEnd> {
    const { clock } = this.context;
    const plan = required(this.remote);
    this.cli.note('poll', `the counters are asked for every ${this.options.pollMs / 1_000} s`);
    for (;;) {
      // A question that is under way is not given up: its answer would be in the way of the stop.
      const untilAnswered = new AbortController().signal;
      const active = await this.patiently(() => this.capture.isActive('poll', plan, untilAnswered));
      const counts = await this.patiently(() => this.capture.readCounts('poll', plan, untilAnswered));
      if (counts !== undefined) {
        this.counts = counts;
        onSample({
          ...(counts.packets === undefined ? {} : { packets: counts.packets }),
          ...(counts.dropped === undefined ? {} : { dropped: counts.dropped }),
          ...(counts.usedKb === undefined ? {} : { bytes: counts.usedKb * 1_024 }),
        });
      }
      if (active === false || active === 'absent') {
        this.end = this.endOf(plan, active);
        this.cli.note('poll', this.end.message);
        return this.end;
      }
      await clock.sleep(this.options.pollMs, signal);
    }
  }

  async stop(signal: AbortSignal): Promise<void> {
    if (this.end === undefined) {
      await this.steadily(() => this.cli.ask('stop', `monitor capture ${required(this.remote).name} stop`, signal, LOOK_LIMITS));
    }
  }

  async verifyStopped(signal: AbortSignal): Promise<StopReport> {
    const { clock, target } = this.context;
    const plan = required(this.remote);
    let tries = 1;
    for (let looks = 1; ; looks += 1) {
      const active = await this.steadily(() => this.capture.isActive('verify_stopped', plan, signal));
      if (active === 'absent') {
        throw new AppError('FILE_MISSING', `${target.host} no longer has the capture point ${plan.name}`);
      }
      if (active === false) {
        break;
      }
      if (looks % LOOKS_PER_STOP === 0 && tries < STOP_TRIES) {
        tries += 1;
        await this.steadily(() => this.cli.ask('stop', `monitor capture ${plan.name} stop`, signal, LOOK_LIMITS));
      }
      await clock.sleep(STOPPED_POLL_MS, signal);
    }
    const counts = await this.steadily(() => this.capture.readCounts('verify_stopped', plan, signal));
    this.counts = { ...this.counts, ...counts };
    return {
      packets: this.counts.packets ?? null,
      received: null,
      dropped: this.counts.dropped ?? null,
      forced: false,
      ...(this.end === undefined ? {} : { end: this.end }),
      warnings: [...this.remarks, ...((this.counts.dropped ?? 0) > 0 ? [`the router dropped ${this.counts.dropped ?? 0} packets`] : [])],
    };
  }

  async *retrieve(signal: AbortSignal): AsyncIterable<CapturedFile> {
    const { clock } = this.context;
    const ports = {
      cli: this.cli,
      connection: this.device.connection,
      context: this.context,
      plan: required(this.remote),
      usedKb: this.counts?.usedKb,
      startedAt: this.startedAt ?? clock.now(),
    };
    try {
      yield* new CaptureExport(ports).files(signal);
      yield* cubeExtras(this.cli, this.context.target.extras ?? [], (sentence) => this.unanswered.push(sentence), signal);
    } catch (error) {
      throw this.outOfStep(error);
    }
  }

  expectation(): FileExpectation {
    return { packets: this.counts?.packets ?? null, mayHaveWrapped: false, diskWasFull: false, ...(this.unanswered.length === 0 ? {} : { remark: this.unanswered.join('; ') }) };
  }

  async clockOffset(signal: AbortSignal): Promise<ClockOffset | undefined> {
    return (await this.steadily(() => measureClock(this.cli, this.context.clock, signal))).offset;
  }

  async cleanup(stored: RemotePlan, signal: AbortSignal): Promise<void> {
    const { cli } = this;
    const plan = readIosXePlan(stored);
    const points = readCapturePoints((await cli.ask('cleanup', 'show monitor capture', signal)).text);
    const mine = points.find(({ name }) => name === plan.name);
    if (mine !== undefined) {
      await this.capture.remove('cleanup', plan, mine.active !== false, signal);
    }
    if (plan.acl !== null) {
      await this.capture.configured('cleanup', [`no ip access-list extended ${plan.acl}`], signal);
    }
    const path = `${plan.file_system}${plan.file}`;
    if (readFileSize((await cli.ask('cleanup', `dir ${path}`, signal)).text, plan.file) !== undefined) {
      await cli.ask('cleanup', `delete /force ${path}`, signal);
    }
    const left = await this.capture.leftovers(plan, signal);
    if (left.length > 0) {
      throw new AppError('CLEANUP_FAILED', `${this.context.target.host} still has ${left.join(', ')}`, { retryable: true });
    }
    cli.note('cleanup', `the capture point${plan.acl === null ? '' : ', its access list'} and its file are gone`);
  }

  async attach(stored: RemotePlan, signal: AbortSignal, began: boolean): Promise<AttachState> {
    const plan = readIosXePlan(stored);
    this.remote = plan;
    const active = await this.capture.isActive('connect', plan, signal);
    if (active === 'absent') {
      return 'absent';
    }
    if (active !== false) {
      return 'running';
    }
    if (!began) {
      return 'armed';
    }
    this.counts = await this.capture.readCounts('connect', plan, signal);
    return 'ended';
  }

  async disconnect(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) {
      await this.cliInUse?.session.leave('exit', GOODBYE_MS);
    }
    await this.device.leave(signal);
  }

  private get cli(): RouterCli {
    return required(this.cliInUse);
  }

  private get capture(): RouterCapture {
    return required(this.captureInUse);
  }

  /** Why a capture is over that nobody of us has ended. */
  private endOf(plan: IosXePlan, state: false | 'absent'): CaptureEnd {
    if (state === 'absent') {
      return { reason: 'died', code: 'FILE_MISSING', message: 'somebody has removed the capture point, or the router was restarted' };
    }
    const { packets, usedKb } = this.counts ?? {};
    const ranSec = this.startedAt === undefined ? undefined : (this.context.clock.now() - this.startedAt) / 1_000;
    const limit =
      plan.packet_limit !== null && packets !== undefined && packets >= plan.packet_limit
        ? `its limit of ${plan.packet_limit} packets`
        : !plan.circular && usedKb !== undefined && usedKb >= plan.buffer_mb * 1_024 * FULL
          ? `the end of its buffer of ${plan.buffer_mb} MB`
          : ranSec === undefined || ranSec >= plan.limit_sec - 1
            ? `its limit of ${plan.limit_sec} s`
            : undefined;
    return limit === undefined
      ? { reason: 'died', code: 'DEVICE_LOST', message: 'the capture on the router was ended by somebody else' }
      : { reason: 'limit', code: 'LIMIT_REACHED', message: `the capture reached ${limit}` };
  }

  /** A router that does not answer one question may answer the next: what is not known is undefined. */
  private async patiently<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'PROMPT_LOST') {
        throw error;
      }
      await this.steadily(() => this.cli.session.ready(new AbortController().signal));
      return undefined;
    }
  }

  private async steadily<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw this.outOfStep(error);
    }
  }

  /** While a capture exists, a session out of step is a lost connection: the router is found again with a new one. */
  private outOfStep(error: unknown): unknown {
    if (!(error instanceof AppError) || error.code !== 'PROMPT_LOST') {
      return error;
    }
    this.device.cut();
    return new AppError('DEVICE_LOST', error.message, { retryable: true, cause: error });
  }
}
