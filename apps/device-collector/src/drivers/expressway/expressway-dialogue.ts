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
import { required } from '../../packet-capture/out-of-order';
import { ownAddresses } from '../../packet-capture/own-addresses';
import type { HttpsLogin } from '../../https/https-login';
import type { HttpsSession, SentRequest } from '../../https/https-session.client';
import { ArmedWatch } from './armed-watch';
import { readClusterPeers } from './cluster-peers';
import { dateClockOffset, type DateReading } from './date-clock';
import { DiagnosticApi } from './diagnostic-api.client';
import { type ExpresswayPlan, readExpresswayPlan } from './expressway-plan';
import { type ArchiveBounds, PeerArchives } from './peer-archives';

/** Settings of the expressway driver. */
export interface ExpresswayOptions extends ArchiveBounds {
  /** Milliseconds between two looks at a running capture. */
  readonly pollMs: number;
}

/** Looks at the clock, at different parts of its second. */
const CLOCK_READINGS = 5;
const CLOCK_PAUSE_MS = 190;
const CHECK_EVERY_MS = 500;

/** Diagnostic logging with tcpdump on an Expressway, or on a cluster of them, by HTTPS. */
export class ExpresswayDialogue implements CaptureDialogue {
  private readonly apis = new Map<string, DiagnosticApi>();
  private session: HttpsSession | undefined;
  private known: ExpresswayPlan | undefined;
  private watch: ArmedWatch | undefined;
  private foreign = false;
  private sent: SentRequest | undefined;
  private archives: PeerArchives | undefined;
  private readonly unreachable: string[] = [];

  constructor(
    private readonly context: DialogueContext,
    private readonly options: ExpresswayOptions,
  ) {}

  async connect(signal: AbortSignal): Promise<void> {
    const { https, target, transcript } = this.context;
    transcript.note('connect', `to ${target.host} port ${target.port}`);
    this.session = await https.connect(target, signal);
    transcript.note('connect', `the trusted ${this.session.identity}`);
  }

  async authenticate(signal: AbortSignal): Promise<void> {
    const { target, transcript } = this.context;
    const login = this.login();
    const api = new DiagnosticApi(required(this.session), login, transcript);
    await api.probe(signal);
    this.apis.set(target.host, api);
    transcript.note('auth', `logged in as ${login.username}; ${api.place.base}, ${api.place.method}`);
  }

  async preflight(signal: AbortSignal): Promise<PreflightReport> {
    const { target, taskId, transcript } = this.context;
    const own = this.api(target.host);
    const clock = await this.clockOffset(signal);
    const cluster = readClusterPeers(await own.peers(signal));
    const peers = cluster.peers.length > 1 ? cluster.peers : [target.host];
    const primary = cluster.peers.length > 1 ? (cluster.primary ?? target.host) : target.host;
    this.known = { driver: 'expressway', task_id: taskId, ...own.place, primary, peers: [...peers] };
    transcript.note('preflight', `peers ${peers.join(', ')}; primary ${primary}`);
    await this.reach(this.known, signal);

    const status = await this.api(primary).status('preflight', signal);
    transcript.received('preflight', status.words);
    this.foreign = status.running === true;
    if (this.foreign && target.takeover !== true) {
      throw new AppError('ALREADY_ACTIVE', `Diagnostic logging is running on ${primary} already; whoever started it still needs it, unless takeover is asked for`);
    }
    return {
      warnings: [
        ...this.unreachable.map((sentence) => `${sentence}; its packets will be missing`),
        ...(status.running === undefined ? [`${primary} does not say whether somebody else is using its diagnostic logging`] : []),
        ...(this.foreign ? ['the diagnostic logging of somebody else is ended for this capture'] : []),
      ],
      addresses: ownAddresses(peers),
      ...(clock === undefined ? {} : { clock }),
    };
  }

  plan(): RemotePlan {
    return required(this.known);
  }

  async configure(signal: AbortSignal): Promise<void> {
    if (this.foreign) {
      const primary = this.primary();
      await primary.command('configure', 'stop', signal);
      await this.untilIdle(primary, 'configure', signal);
    }
  }

  async arm(signal: AbortSignal): Promise<void> {
    this.watch = new ArmedWatch(this.primary(), this.context.clock);
    await this.watch.begin(signal);
  }

  async broken(): Promise<AppError> {
    const problem = await required(this.watch).problem();
    // What runs then is theirs.
    this.context.start.over ||= problem.code === 'ALREADY_ACTIVE';
    return problem;
  }

  start(): number {
    this.watch?.end();
    this.sent = this.primary().start(new AbortController().signal);
    // Whoever asks for it gets its failure; nobody may ever ask.
    this.sent.answer.catch(() => undefined);
    this.context.start.sentAt = this.sent.sentAt;
    return this.sent.sentAt;
  }

  async verifyRunning(signal: AbortSignal): Promise<number> {
    const { clock, transcript } = this.context;
    const primary = this.primary();
    let answered = await this.startAnswer(signal);
    if (answered.status === 405 || answered.status === 503 || answered.status === 429) {
      answered = await primary.command('start', 'start', signal);
    }
    if (!answered.accepted) {
      const said = answered.said === undefined ? '' : ` (${answered.said})`;
      if (/already|in progress|running/i.test(answered.said ?? '')) {
        // Somebody was faster; what runs is theirs.
        this.context.start.over = true;
        throw new AppError('ALREADY_ACTIVE', `${primary.host} is running diagnostic logging for somebody else${said}`);
      }
      throw new AppError('START_FAILED', `${primary.host} did not start: it answers ${answered.status}${said}`);
    }
    for (;;) {
      const { running, words } = await primary.status('verify_running', signal);
      if (running !== false) {
        transcript.received('verify_running', words);
        if (running === undefined) {
          transcript.note('verify_running', 'the device does not say whether it runs; it has accepted the start');
        }
        return clock.now();
      }
      await clock.sleep(CHECK_EVERY_MS, signal);
    }
  }

  async poll(onSample: (sample: CaptureSample) => void, signal: AbortSignal): Promise<CaptureEnd> {
    const primary = this.primary();
    for (;;) {
      await this.context.clock.sleep(this.options.pollMs, signal);
      const { running, words } = await primary.status('poll', signal);
      if (running === false) {
        this.context.start.over = true;
        this.context.transcript.received('poll', words);
        return { reason: 'died', code: 'DEVICE_LOST', message: `somebody ended the diagnostic logging on ${primary.host}, or it ended by itself` };
      }
      // There is no counter to show while it runs.
      onSample({});
    }
  }

  async stop(signal: AbortSignal): Promise<void> {
    const primary = this.primary();
    if ((await primary.status('stop', signal)).running === false) {
      return;
    }
    const { accepted, status, said } = await primary.command('stop', 'stop', signal);
    if (!accepted && (await primary.status('stop', signal)).running === true) {
      throw new AppError('STOP_TIMEOUT', `${primary.host} does not stop: it answers ${status}${said === undefined ? '' : ` (${said})`}`);
    }
  }

  async verifyStopped(signal: AbortSignal): Promise<StopReport> {
    await this.untilIdle(this.primary(), 'verify_stopped', signal);
    this.context.start.over = true;
    return { packets: null, received: null, dropped: null, forced: false, warnings: [] };
  }

  async *retrieve(signal: AbortSignal): AsyncGenerator<CapturedFile> {
    const { clock, transcript } = this.context;
    const { peers } = required(this.known);
    this.archives = new PeerArchives(clock, transcript, this.options);
    const reached = peers.flatMap((peer) => this.apis.get(peer) ?? []);
    yield* this.archives.files(reached, peers.length > 1, signal);
  }

  expectation(): FileExpectation {
    const { missing = [], cut = [], bounded = [] } = this.archives ?? {};
    const lost = [...this.unreachable, ...missing];
    return {
      packets: null,
      mayHaveWrapped: true,
      diskWasFull: false,
      ...(cut.length > 0
        ? { incomplete: { code: 'FILE_TRUNCATED', message: cut.join('; ') } }
        : lost.length > 0
          ? { incomplete: { code: 'EXPORT_FAILED', message: lost.join('; ') } }
          : {}),
      ...(bounded.length > 0 ? { remark: `${[...new Set(bounded)].join(', ')} may have reached the device's bound, beyond which it drops the oldest packets` } : {}),
    };
  }

  async clockOffset(signal: AbortSignal): Promise<ClockOffset | undefined> {
    const { clock, target } = this.context;
    const api = this.api(this.known?.primary ?? target.host);
    const readings: DateReading[] = [];
    for (let count = 0; count < CLOCK_READINGS; count += 1) {
      if (count > 0) {
        await clock.sleep(CLOCK_PAUSE_MS, signal);
      }
      readings.push(await api.date(signal));
    }
    return dateClockOffset(readings);
  }

  async cleanup(stored: RemotePlan, signal: AbortSignal): Promise<void> {
    const plan = readExpresswayPlan(stored);
    const { start, transcript } = this.context;
    this.watch?.end();
    if (start.over || (start.sentAt === undefined && !start.t0Known)) {
      transcript.note('cleanup', 'nothing of ours runs; the device overwrites its files with its next run');
      return;
    }
    await this.reach(plan, signal);
    const primary = this.api(plan.primary);
    if ((await primary.status('cleanup', signal)).running === true) {
      await primary.command('cleanup', 'stop', signal);
      await this.untilIdle(primary, 'cleanup', signal);
    }
    this.context.start.over = true;
  }

  async attach(stored: RemotePlan, signal: AbortSignal): Promise<AttachState> {
    const plan = readExpresswayPlan(stored);
    const { start, transcript } = this.context;
    this.known = plan;
    await this.reach(plan, signal);
    const { running, words } = await this.api(plan.primary).status('connect', signal);
    transcript.received('connect', words);
    const began = start.sentAt !== undefined;
    if (running === true && start.over) {
      // Our run had ended, so this one is somebody else's: it has overwritten our files, and is not to be touched.
      transcript.note('connect', 'somebody else has started diagnostic logging since');
      return 'absent';
    }
    if (start.over) {
      return 'ended';
    }
    if (running === false) {
      start.over = began;
      // Without a sign that it began, the files on the device are somebody else's.
      return began ? 'ended' : 'absent';
    }
    return began || start.t0Known ? 'running' : 'absent';
  }

  async disconnect(): Promise<void> {
    this.watch?.end();
    this.apis.forEach((api) => api.end());
    this.session?.end();
  }

  /** Connections to all peers of a plan. Who cannot be reached is noted, unless it is the one that everything hangs on. */
  private async reach(plan: ExpresswayPlan, signal: AbortSignal): Promise<void> {
    const { https, target, transcript } = this.context;
    const own = this.apis.get(target.host);
    this.unreachable.length = 0;
    await Promise.all(
      [...new Set([plan.primary, ...plan.peers])].map(async (host) => {
        if (this.apis.has(host)) {
          return;
        }
        try {
          const session = await https.connect({ host, port: target.port }, signal);
          transcript.note('connect', `${host}: the trusted ${session.identity}`);
          const api = new DiagnosticApi(session, this.login(), transcript);
          api.use(own?.place ?? plan);
          await api.status('connect', signal);
          this.apis.set(host, api);
        } catch (error) {
          signal.throwIfAborted();
          if (host === plan.primary) {
            throw error;
          }
          this.unreachable.push(`the peer ${host} cannot be used: ${AppError.from(error).message}`);
        }
      }),
    );
  }

  /** @returns what the device makes of the start line */
  private async startAnswer(signal: AbortSignal): Promise<{ accepted: boolean; status: number; said: string | undefined }> {
    const { transcript } = this.context;
    const primary = this.primary();
    try {
      primary.noteStart();
      const answer = await required(this.sent).answer;
      transcript.received('start', String(answer.status));
      return await primary.readStart(answer);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'DEVICE_LOST') {
        throw error;
      }
      // The connection broke in that moment, so nobody knows whether the line arrived; the device does.
      if ((await primary.status('verify_running', signal)).running === true) {
        return { accepted: true, status: 200, said: undefined };
      }
      transcript.note('start', 'the start line was lost; sent again');
      return primary.command('start', 'start', signal);
    }
  }

  private async untilIdle(api: DiagnosticApi, step: 'configure' | 'verify_stopped' | 'cleanup', signal: AbortSignal): Promise<void> {
    for (;;) {
      const { running, words } = await api.status(step, signal);
      if (running !== true) {
        this.context.transcript.received(step, words);
        return;
      }
      await this.context.clock.sleep(CHECK_EVERY_MS, signal);
    }
  }

  private login(): HttpsLogin {
    const { username, password } = this.context.login;
    if (password === undefined) {
      throw new AppError('AUTH_FAILED', 'Expressway needs an account with a password, not a key');
    }
    return { username, password };
  }

  private primary(): DiagnosticApi {
    return this.api(required(this.known).primary);
  }

  private api(host: string): DiagnosticApi {
    return required(this.apis.get(host));
  }
}
