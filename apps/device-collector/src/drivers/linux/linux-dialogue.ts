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
import { clockOffset, type ClockOffset, type ClockReading } from '../../packet-capture/clock-offset';
import { bpfExpression, withoutOwnTraffic } from '../../packet-capture/filter/bpf';
import { readFilter } from '../../packet-capture/filter/filter';
import { DeviceLogin } from '../../packet-capture/device-login.client';
import { required } from '../../packet-capture/out-of-order';
import type { ExecChannel } from '../../ssh/exec-channel.client';
import { shellAssignments, shellQuote } from '../../ssh/shell-quote';
import { LinuxFiles, type RemoteFile } from './linux-files.client';
import { closingOnAbort, LinuxHost, nextLine } from './linux-host.client';
import { type LinuxPlan, readLinuxPlan } from './linux-plan';
import { checkHost, choosePlaces, decideElevation, type HostFacts, type Places, readHostFacts, readTrials } from './preflight';
import { ATTACH, CLEANUP, CLOCK_COMMAND, configureScript, KEEPER, PREFLIGHT, RIGHTS, START, STOP, WATCH, withFunctions } from './scripts';
import { type Elevation, tcpdumpWords } from './tcpdump-command';
import { readCounts, readRefusal, type TcpdumpCounts } from './tcpdump-output';
import { FullDiskDetector, noSpaceLeft, readEnd, readStopped, readWatchLine, toSample } from './watch-output';

/** Settings of the linux driver. */
export interface LinuxDriverOptions {
  /** Folders in one of which the files are collected; the one with the most space wins. */
  readonly workFolders: readonly string[];
  /** Folders for control files, preferred when on another file system than the work folder. */
  readonly controlFolders: readonly string[];
  /** Seconds without a sign of life from us after which the host ends the capture by itself. */
  readonly silentSec: number;
  /** Seconds that a capture may run longer than asked before the host ends it by itself. */
  readonly graceSec: number;
}

/** See {@link LinuxDriverOptions}. */
export const LINUX_DEFAULTS: LinuxDriverOptions = {
  workFolders: ['/var/tmp', '/tmp'],
  controlFolders: ['/dev/shm', '/run/shm', '/tmp'],
  silentSec: 600,
  graceSec: 60,
};

/** Seconds a host stays armed without a word. */
const ARMED_SEC = 900;
const CLOCK_READINGS = 5;
const WATCH_INTERVAL_MS = 1_000;
const CAPTURE_FILE = 'capture.pcap';

/** tcpdump on a Linux host, over one SSH connection. */
export class LinuxDialogue implements CaptureDialogue {
  private readonly device: DeviceLogin;
  private host: LinuxHost | undefined;
  private facts: HostFacts | undefined;
  private places: Places | undefined;
  private elevation: Elevation = 'none';
  private expression = '';
  private remote: LinuxPlan | undefined;
  private startChannel: { channel: ExecChannel; lines: AsyncIterator<string> } | undefined;
  private counts: TcpdumpCounts | undefined;
  private diskWasFull = false;
  private fileCount = 0;
  private newestOnly = false;

  constructor(
    private readonly context: DialogueContext,
    private readonly options: LinuxDriverOptions,
  ) {
    this.device = new DeviceLogin(context);
  }

  connect(signal: AbortSignal): Promise<void> {
    return this.device.reach(signal);
  }

  async authenticate(signal: AbortSignal): Promise<void> {
    this.host = new LinuxHost(await this.device.logIn(signal), this.context.transcript);
  }

  async preflight(signal: AbortSignal): Promise<PreflightReport> {
    const { target } = this.context;
    const host = required(this.host);
    const clock = await this.clockOffset(signal);
    const folders = [...new Set([...this.options.workFolders, ...this.options.controlFolders])].join(' ');
    const looked = await host.run('preflight', 'look at tcpdump, interfaces, rights and disk space', PREFLIGHT, { FOLDERS: folders }, signal);
    this.facts = readHostFacts(looked.stdout);
    const warnings = checkHost(this.facts, target);
    this.places = choosePlaces(this.facts, target, { work: this.options.workFolders, control: this.options.controlFolders });

    const wanted = bpfExpression(readFilter(target.filter));
    const { own } = this.facts;
    this.expression = own === undefined ? wanted : withoutOwnTraffic(wanted, own);
    if (own === undefined) {
      warnings.push('the host does not tell where this connection comes from, so its packets are in the capture');
    }
    const tried = await host.run(
      'preflight',
      `tcpdump -i ${target.interface} -d ${shellQuote(this.expression)}`,
      RIGHTS,
      { INTERFACE: target.interface, EXPRESSION: this.expression },
      signal,
    );
    this.elevation = decideElevation(readTrials(tried.stdout), this.facts, target);
    host.note('preflight', `${this.facts.version}; ${this.elevation === 'sudo' ? 'through sudo' : 'directly'}; files in ${this.places.work.folder}`);
    return { warnings, addresses: this.facts.addresses, ...(clock === undefined ? {} : { clock }) };
  }

  plan(): RemotePlan {
    const { taskId } = this.context;
    const places = required(this.places);
    this.remote = {
      driver: 'linux',
      task_id: taskId,
      work: `${places.work.folder}/capstan-${taskId}`,
      control: `${places.control.folder}/capstan-${taskId}`,
      elevation: this.elevation,
      expression: this.expression,
      reserve_kib: places.reserveKib,
    };
    return this.remote;
  }

  async configure(signal: AbortSignal): Promise<void> {
    const { target, durationSec } = this.context;
    const plan = required(this.remote);
    const words = tcpdumpWords(target, {
      elevation: plan.elevation,
      asRoot: plan.elevation === 'sudo' || this.facts?.uid === 0,
      outputFile: `${plan.work}/${CAPTURE_FILE}`,
      expression: plan.expression,
    });
    const values = shellAssignments({
      ...this.scriptValues(plan),
      ARMED_SEC,
      HARD_SEC: durationSec === null ? 0 : durationSec + this.options.graceSec,
      SILENT_SEC: this.options.silentSec,
      RESERVE_KIB: plan.reserve_kib,
      EVERY: plan.elevation === 'sudo' ? 10 : 1,
      FIRST_EVERY: plan.elevation === 'sudo' ? 2 : 1,
    });
    const script = configureScript({
      'start.sh': `${values}${withFunctions(START)}`,
      'keeper.sh': `${values}set -- ${words.map(shellQuote).join(' ')}\n${withFunctions(KEEPER)}`,
      'watch.sh': `${values}${withFunctions(WATCH)}`,
    });
    const host = required(this.host);
    const result = await host.run('configure', `make ${plan.work}`, script, { WORK: plan.work, CONTROL: plan.control }, signal);
    if (!result.stdout.includes('configured')) {
      const refusal = readRefusal(result.stderr);
      throw new AppError(refusal.code, `${target.host}: ${refusal.message}`);
    }
    host.note('configure', `will run: ${words.map(shellQuote).join(' ')}`);
  }

  async arm(signal: AbortSignal): Promise<void> {
    const plan = required(this.remote);
    const host = required(this.host);
    const channel = await host.open('armed', 'hold the start script', `${plan.control}/start.sh`, signal);
    const lines = channel.lines();
    const word = await closingOnAbort(signal, () => channel.close(), () => nextLine(lines));
    if (word !== 'armed') {
      throw new AppError('START_FAILED', `${this.context.target.host} could not be armed: ${word}`);
    }
    this.startChannel = { channel, lines };
    host.note('armed', 'ready');
  }

  async broken(): Promise<AppError> {
    const { channel } = required(this.startChannel);
    const lost = await Promise.race([required(this.host).connection.closed, channel.exit.then(() => undefined, () => undefined)]);
    return lost ?? new AppError('DEVICE_LOST', `${this.context.target.host} ended the start script before the start`, { retryable: true });
  }

  start(): number {
    required(this.startChannel).channel.write('go\n');
    return this.context.clock.now();
  }

  async verifyRunning(signal: AbortSignal): Promise<number> {
    const { clock, target } = this.context;
    const { channel, lines } = required(this.startChannel);
    const word = await closingOnAbort(signal, () => channel.close(), () => nextLine(lines));
    const at = clock.now();
    required(this.host).note('verify_running', word);
    if (word !== 'running') {
      const said = await rest(lines);
      const refusal = readRefusal(said);
      required(this.host).note('verify_running', refusal.message);
      throw new AppError(refusal.code, `${target.host} did not start: ${refusal.message}`);
    }
    return at;
  }

  async poll(onSample: (sample: CaptureSample) => void, signal: AbortSignal): Promise<CaptureEnd> {
    const { clock } = this.context;
    const host = required(this.host);
    const channel = await host.open('poll', 'watch the counters', `${required(this.remote).control}/watch.sh`, signal);
    return closingOnAbort(signal, () => channel.close(), async () => {
      const lines = channel.lines();
      const disk = new FullDiskDetector();
      for (;;) {
        channel.write('\n');
        const text = await nextLine(lines);
        const line = readWatchLine(text);
        if (line !== undefined) {
          const full = disk.see(line);
          this.diskWasFull ||= full;
          onSample(toSample(line, full));
          if (line.alive) {
            await clock.sleep(WATCH_INTERVAL_MS, signal);
          }
        } else if (text.startsWith('e ')) {
          const [, code = 'none', reason = 'none'] = text.split(' ');
          const end = readEnd(code, reason, await rest(lines));
          host.note('poll', end.message);
          return end;
        }
      }
    });
  }

  async stop(): Promise<void> {
    // Asking and waiting are one script on the host, so that a lost connection cannot leave the stop half done.
  }

  async verifyStopped(signal: AbortSignal): Promise<StopReport> {
    const host = required(this.host);
    const plan = required(this.remote);
    const { stdout } = await host.run('verify_stopped', 'interrupt tcpdump and wait for its end', STOP, this.scriptValues(plan), signal);
    const stopped = readStopped(stdout);
    if (stopped === undefined) {
      throw new AppError('FILE_MISSING', `${this.context.target.host} no longer has the folder of the capture`);
    }
    this.diskWasFull ||= noSpaceLeft(stopped.freeKib);
    this.counts = readCounts(stdout);
    return {
      packets: this.counts?.captured ?? null,
      received: this.counts?.received ?? null,
      dropped: this.counts?.dropped ?? null,
      forced: stopped.forced,
      ...(stopped.early ? { end: readEnd(stopped.code, stopped.reason, stdout.replace(/^stopped .*$/m, '')) } : {}),
      warnings: [...(stopped.forced ? ['tcpdump had to be forced to end'] : []), ...(this.diskWasFull ? ['the disk of the device was full'] : [])],
    };
  }

  async *retrieve(signal: AbortSignal): AsyncIterable<CapturedFile> {
    const { target, transcript } = this.context;
    const { connection } = required(this.host);
    const reader = new LinuxFiles(connection);
    const files = await this.listFiles(signal);
    const times = files.length > 1 ? await reader.firstPacketTimes(files, signal) : new Map<string, number | undefined>();
    // A ring file that was begun and got no packet adds nothing.
    const kept = files.length > 1 && times.size > 0 ? files.filter((file) => times.get(file.path) !== undefined) : files;
    const ordered = [...(kept.length === 0 ? files.slice(0, 1) : kept)].sort((a, b) => (times.get(a.path) ?? 0) - (times.get(b.path) ?? 0));
    this.fileCount = files.length;
    this.newestOnly = target.mode === 'rotating' && files.length >= target.max_files;
    for (const [index, file] of ordered.entries()) {
      transcript.sent('retrieve', `get ${file.path} (${file.size} bytes)`);
      yield {
        remoteName: file.path,
        suffix: target.mode === 'rotating' ? String(index + 1).padStart(2, '0') : '',
        size: file.size,
        body: await reader.read(file, signal),
      };
    }
  }

  expectation(): FileExpectation {
    return {
      packets: this.counts?.captured ?? null,
      mayHaveWrapped: this.newestOnly && this.fileCount > 1,
      diskWasFull: this.diskWasFull,
    };
  }

  async clockOffset(signal: AbortSignal): Promise<ClockOffset | undefined> {
    const { clock } = this.context;
    const { connection } = required(this.host);
    const channel = await connection.open(CLOCK_COMMAND, signal);
    const readings: ClockReading[] = [];
    await closingOnAbort(signal, () => channel.close(), async () => {
      const lines = channel.lines();
      for (let count = 0; count < CLOCK_READINGS; count += 1) {
        const sentAt = clock.now();
        channel.write('\n');
        const deviceTime = await nextLine(lines);
        readings.push({ sentAt, receivedAt: clock.now(), deviceTime });
      }
    });
    channel.end('');
    channel.close();
    return clockOffset(readings);
  }

  async cleanup(stored: RemotePlan, signal: AbortSignal): Promise<void> {
    const plan = readLinuxPlan(stored);
    this.startChannel?.channel.close();
    const host = required(this.host);
    const { stdout, stderr } = await host.run('cleanup', `end what runs, remove ${plan.work}`, CLEANUP, this.scriptValues(plan), signal);
    const left = stdout.split('\n').filter((line) => /^(?:process|folder) /.test(line));
    if (left.length > 0 || !stdout.includes('cleaned')) {
      throw new AppError('CLEANUP_FAILED', `${this.context.target.host} still has ${left.join(', ') || stderr.trim() || plan.work}`, { retryable: true });
    }
  }

  async attach(stored: RemotePlan, signal: AbortSignal): Promise<AttachState> {
    const plan = readLinuxPlan(stored);
    this.remote = plan;
    this.elevation = plan.elevation;
    this.expression = plan.expression;
    const host = required(this.host);
    const { stdout } = await host.run('connect', 'look for the capture', ATTACH, this.scriptValues(plan), signal);
    const word = stdout.trim();
    return word === 'armed' || word === 'running' || word === 'ended' ? word : 'absent';
  }

  async disconnect(signal: AbortSignal): Promise<void> {
    await this.device.leave(signal);
  }

  private async listFiles(signal: AbortSignal): Promise<RemoteFile[]> {
    const plan = required(this.remote);
    const script = `for file in "$WORK"/${CAPTURE_FILE}*; do [ -f "$file" ] && printf '%s\\t%s\\n' "$(wc -c < "$file" | tr -d ' ')" "$file"; done; exit 0\n`;
    const { stdout } = await required(this.host).run('retrieve', `list ${plan.work}`, script, this.scriptValues(plan), signal);
    return stdout.split('\n').flatMap((line) => {
      const [size, path] = line.split('\t');
      // What goes back into a command must be what we named ourselves.
      return size !== undefined && path?.startsWith(`${plan.work}/${CAPTURE_FILE}`) && /^[\w./-]+$/.test(path) ? [{ path, size: Number(size) }] : [];
    });
  }

  private scriptValues(plan: LinuxPlan): Record<string, string> {
    return {
      WORK: plan.work,
      CONTROL: plan.control,
      ELEVATE: plan.elevation === 'sudo' ? 'sudo -n' : '',
      MARK: `capstan-${plan.task_id}/capture`,
      FOLDER_MARK: `capstan-${plan.task_id}`,
    };
  }
}

async function rest(lines: AsyncIterator<string>): Promise<string> {
  const all: string[] = [];
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    all.push(next.value);
  }
  return all.join('\n');
}
