import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { Server, type AuthContext, type ClientInfo, type Connection, type ServerChannel, type Session } from 'ssh2';
import { type Clock, systemClock } from '@capstan/kernel';
import type { HostKey } from '../inventory';
import { seededRandom } from '../voice-traffic/seeded-random';
import { LEGACY_ALGORITHMS, MODERN_GEAR_ALGORITHMS } from './algorithms';
import { FaultBoard, type GearFault, type TimedFault } from './faults';
import type { GearLogic, GearPlatform } from './gear-platform';
import { gearHostKey, type GearHostKey } from './host-keys';
import type { Recording } from './recording';
import { ReplayShell } from './replay-shell';
import { ScriptShell } from './script-shell';
import { Terminal, TerminalClosed } from './terminal';

/** Someone who may log in. */
export interface GearAccount {
  readonly username: string;
  readonly password: string;
}

/** One simulated device. */
export interface SshGearOptions {
  readonly name?: string;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free port. */
  readonly port?: number;
  readonly accounts: readonly GearAccount[];
  readonly faults?: readonly TimedFault[];
  /** Variables of the device that differ from the script's. */
  readonly device?: Readonly<Record<string, string | number>>;
  /** Sessions are played from recordings, the nth from the nth, instead of from the script. */
  readonly recordings?: readonly Recording[];
  /** Same seed, same pieces and pauses. Default 1. */
  readonly seed?: number;
  readonly clock?: Clock;
}

/** Something that happened at a device. Times in Unix milliseconds. */
export interface GearEvent {
  readonly at: number;
  readonly what: 'connected' | 'logged-in' | 'login-refused' | 'command' | 'disconnected' | 'script-error';
  /** Number of the connection, from 1. */
  readonly connection: number;
  readonly text: string;
}

/** SSH gear whose dialogue is data: a real SSH server of one device. */
export class SshGear {
  readonly name: string;
  readonly host: string;
  /** Variables of the device; tests may change them. */
  readonly device: Map<string, string | number>;
  readonly faults: FaultBoard;
  /** Everything that happened, oldest first. */
  readonly events: GearEvent[] = [];
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly logic: GearLogic;
  private readonly tcp: TcpServer;
  private readonly sockets = new Set<Socket>();
  private readonly terminals = new Set<Terminal>();
  private readonly syslogs = new Map<GearFault, AbortController>();
  /** What variables were before a fault changed them. */
  private readonly masked = new Map<GearFault, string | number | undefined>();
  private readonly keys = new Map<'rsa' | 'ed25519', GearHostKey>();
  private listeningOn = 0;
  private connections = 0;
  private recordingsPlayed = 0;

  private constructor(
    private readonly platform: GearPlatform,
    private readonly options: SshGearOptions,
  ) {
    this.name = options.name ?? platform.script.name;
    this.host = options.host ?? '127.0.0.1';
    this.clock = options.clock ?? systemClock;
    this.random = seededRandom(options.seed ?? 1);
    this.device = new Map(Object.entries({ ...platform.script.device, ...options.device }));
    this.logic = platform.create({ clock: this.clock, random: this.random, device: this.device, host: this.host, name: this.name });
    this.tcp = createServer({ noDelay: true }, (socket) => void this.welcome(socket));
    this.faults = new FaultBoard(options.faults ?? [], this.clock, (fault, active) => this.onFault(fault, active));
  }

  static async start(platform: GearPlatform, options: SshGearOptions): Promise<SshGear> {
    const gear = new SshGear(platform, options);
    await gear.listen(options.port ?? 0);
    return gear;
  }

  get port(): number {
    return this.listeningOn;
  }

  /** The keys a client may meet. */
  get hostKeys(): readonly HostKey[] {
    return [this.hostKey().shown];
  }

  /** Commands in the order in which they came, of all sessions. */
  get commands(): string[] {
    return this.events.filter(({ what }) => what === 'command').map(({ text }) => text);
  }

  /** How many passwords came, right ones and wrong ones. */
  get passwordsSeen(): number {
    return this.events.filter(({ what }) => what === 'logged-in' || what === 'login-refused').length;
  }

  /** The device shows other keys from now on, as after a new installation. */
  renewHostKeys(): void {
    this.keys.clear();
  }

  /** Connections that are open now. */
  get open(): number {
    return this.sockets.size;
  }

  /** Cuts every connection; the device itself goes on. */
  cutConnections(): void {
    this.sockets.forEach((socket) => socket.destroy());
  }

  async stop(): Promise<void> {
    this.faults.dispose();
    this.syslogs.forEach((syslog) => syslog.abort());
    this.logic.stop?.();
    this.cutConnections();
    await this.close();
  }

  /** A device keeps its key, whoever connects. */
  private hostKey(): GearHostKey {
    const type = this.legacy() ? 'rsa' : 'ed25519';
    const key = this.keys.get(type) ?? gearHostKey(type);
    this.keys.set(type, key);
    return key;
  }

  private legacy(): boolean {
    return this.platform.script.ssh.algorithms === 'legacy' || this.faults.get('legacy-kex-only') !== undefined;
  }

  private listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.tcp.once('error', reject);
      this.tcp.listen(port, this.host, () => {
        this.tcp.removeListener('error', reject);
        this.listeningOn = (this.tcp.address() as { port: number }).port;
        resolve();
      });
    });
  }

  private close(): Promise<void> {
    return new Promise((resolve) => this.tcp.close(() => resolve()));
  }

  private onFault(fault: GearFault, active: boolean): void {
    if (fault.fault === 'vanish') {
      if (active) {
        this.cutConnections();
        void this.close();
      } else {
        void this.listen(this.listeningOn);
      }
    } else if (fault.fault === 'state') {
      if (active) {
        this.masked.set(fault, this.device.get(fault.name));
        this.device.set(fault.name, fault.value);
      } else {
        this.device.set(fault.name, this.masked.get(fault) ?? '');
      }
    } else if (fault.fault === 'syslog') {
      this.syslogs.get(fault)?.abort();
      if (active) {
        const ended = new AbortController();
        this.syslogs.set(fault, ended);
        this.chatter(fault, ended.signal).catch(() => undefined);
      }
    }
  }

  private async chatter(fault: Extract<GearFault, { fault: 'syslog' }>, signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.clock.sleep(fault.everyMs, signal);
      this.terminals.forEach((terminal) => terminal.interject(`\n${fault.line}\n`));
    }
  }

  private async welcome(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    const most = this.faults.get('max-sessions')?.sessions;
    if (this.faults.get('vanish') !== undefined || (most !== undefined && this.sockets.size >= most)) {
      socket.destroy();
      return;
    }
    this.connections += 1;
    const connection = this.connections;
    this.sockets.add(socket);
    this.note('connected', connection, `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`);
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.note('disconnected', connection, '');
    });
    if (this.faults.get('mute') !== undefined) {
      // Read and dropped, so that the client's going away is noticed.
      socket.resume();
      return;
    }
    const slow = this.faults.get('slow-connect');
    if (slow !== undefined) {
      await this.clock.sleep(slow.ms);
    }
    this.sshServer(connection, socket).injectSocket(socket);
  }

  private sshServer(connection: number, socket: Socket): Server {
    const { ssh } = this.platform.script;
    const algorithms = this.legacy() ? LEGACY_ALGORITHMS : MODERN_GEAR_ALGORITHMS;
    const server = new Server({ ident: ssh.ident, banner: ssh.banner, hostKeys: [this.hostKey().privateKey], algorithms }, (client: Connection, _info: ClientInfo) => {
      let username = '';
      let refused = 0;
      client.on('error', () => undefined);
      client.on('authentication', (context: AuthContext) => {
        const verdict = this.judge(context);
        const settle = (password: string): void => {
          if (this.accepts(context.username, password)) {
            username = context.username;
            this.note('logged-in', connection, username);
            this.faults.sawLogin();
            context.accept();
            return;
          }
          refused += 1;
          this.note('login-refused', connection, context.username);
          context.reject([...this.methods()]);
          if (refused >= (ssh.tries ?? 3)) {
            client.end();
          }
        };
        if (verdict === 'ask' && context.method === 'keyboard-interactive') {
          context.prompt([{ prompt: ssh.question, echo: false }], (answers) => settle(answers[0] ?? ''));
        } else if (verdict === 'check' && context.method === 'password') {
          settle(context.password);
        } else {
          context.reject([...this.methods()]);
        }
      });
      client.on('ready', () => client.on('session', (accept) => this.serve(accept(), connection, username, socket)));
    });
    server.on('error', () => undefined);
    return server;
  }

  private judge(context: AuthContext): 'ask' | 'check' | 'no' {
    const known = (this.methods() as readonly string[]).includes(context.method);
    return !known ? 'no' : context.method === 'keyboard-interactive' ? 'ask' : 'check';
  }

  private methods(): readonly ('password' | 'keyboard-interactive')[] {
    return this.faults.get('keyboard-interactive-only') === undefined ? this.platform.script.ssh.methods : ['keyboard-interactive'];
  }

  private accepts(username: string, password: string): boolean {
    return this.faults.get('wrong-password') === undefined && this.options.accounts.some((account) => account.username === username && account.password === password);
  }

  private serve(session: Session, connection: number, username: string, socket: Socket): void {
    let tty = false;
    session.on('pty', (accept) => {
      tty = true;
      accept?.();
    });
    session.on('window-change', (accept) => accept?.());
    session.on('shell', (accept) => void this.run(connection, this.terminal(accept(), tty), (terminal) => this.shell(terminal, connection, username), () => socket.end()));
    if (this.platform.script.exec !== undefined) {
      session.on('exec', (accept, _reject, { command }) =>
        void this.run(connection, this.terminal(accept(), false), (terminal) => this.script(terminal, connection, username).execute(command), () => undefined));
    }
  }

  private terminal(channel: ServerChannel, tty: boolean): Terminal {
    return new Terminal(channel, tty, this.faults, this.clock, this.random);
  }

  /** Runs a session to its end, whatever ends it. */
  private async run(connection: number, terminal: Terminal, work: (terminal: Terminal) => Promise<number | undefined>, then: () => void): Promise<void> {
    this.terminals.add(terminal);
    let exit = 255;
    try {
      exit = (await work(terminal)) ?? 0;
    } catch (error) {
      if (!(error instanceof TerminalClosed)) {
        this.note('script-error', connection, (error as Error).message);
      }
    } finally {
      this.terminals.delete(terminal);
      terminal.channel.exit(exit);
      terminal.channel.end();
      terminal.channel.close();
      then();
    }
  }

  private async shell(terminal: Terminal, connection: number, username: string): Promise<undefined> {
    const { recordings } = this.options;
    if (recordings === undefined) {
      await this.script(terminal, connection, username).interact();
      return undefined;
    }
    const recording = recordings[this.recordingsPlayed];
    this.recordingsPlayed += 1;
    if (recording === undefined) {
      throw new Error(`there are ${recordings.length} recordings and one more session`);
    }
    await new ReplayShell(terminal, recording, this.clock, (line) => this.heard(connection, line)).interact();
    return undefined;
  }

  private script(terminal: Terminal, connection: number, username: string): ScriptShell {
    const { script } = this.platform;
    return new ScriptShell(terminal, { script, logic: this.logic, device: this.device, faults: this.faults, clock: this.clock, heard: (line) => this.heard(connection, line), username });
  }

  private heard(connection: number, line: string): void {
    this.note('command', connection, line);
    this.faults.sawCommand(line);
  }

  private note(what: GearEvent['what'], connection: number, text: string): void {
    this.events.push({ at: this.clock.now(), what, connection, text });
  }
}
