import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '@capstan/kernel';
import { diagnosticArchive } from './diagnostic-archive';
import type { ExpresswayFault } from './expressway-faults';
import { dialectOf, type ExpresswayVersion } from './expressway-versions';
import { type SelfSignedCertificate, selfSignedCertificate } from './self-signed-certificate';

/** A simulated Expressway, or a cluster of them. */
export interface ExpresswayClusterOptions {
  /** One address of this machine per peer; the first peer is the primary unless told. */
  readonly addresses: readonly string[];
  /** Index of the primary. Default 0. */
  readonly primary?: number;
  readonly version?: ExpresswayVersion;
  readonly account: { readonly username: string; readonly password: string };
  /** Network cards of every peer. Default `eth0`, `eth1`. */
  readonly cards?: readonly string[];
  /** Bytes of the capture of a card between two true instants (Unix milliseconds). */
  readonly capture: (peer: number, card: string, from: number, to: number) => Buffer;
  /** Milliseconds a peer needs to put its archive together. Default 300. */
  readonly collectMs?: number;
  /** How far the devices' clocks are ahead, in milliseconds. */
  readonly clockOffsetMs?: number;
  readonly clock?: Clock;
}

/** A request as the device saw it. */
export interface SeenRequest {
  readonly peer: number;
  readonly method: string;
  readonly path: string;
  readonly mode: string | undefined;
  readonly at: number;
  readonly status: number;
}

interface Run {
  readonly owner: 'api' | 'somebody';
  readonly from: number;
  to: number | undefined;
}

interface Peer {
  readonly address: string;
  readonly server: Server;
  readonly sockets: Set<Socket>;
  archive: { readonly bytes: Buffer; readonly readyAt: number } | undefined;
}

const SLOW_MS = 200;

/** HTTPS servers that speak the diagnostic logging API of Expressway, with everything that can go wrong with it. */
export class ExpresswayCluster {
  readonly seen: SeenRequest[] = [];
  readonly faults = new Set<ExpresswayFault>();
  /** Indices of peers that do not put their archives together. */
  readonly deafPeers = new Set<number>();
  /** Accounts that were refused. */
  refusedLogins = 0;
  private readonly peers: Peer[] = [];
  private certificate: SelfSignedCertificate;
  private run: Run | undefined;
  private requests = 0;
  port = 0;

  private constructor(private readonly options: ExpresswayClusterOptions) {
    this.certificate = selfSignedCertificate('expressway.example.net', this.clock.now());
  }

  /** Starts one server per address, all on one free port. */
  static async start(options: ExpresswayClusterOptions): Promise<ExpresswayCluster> {
    const cluster = new ExpresswayCluster(options);
    for (const address of options.addresses) {
      await cluster.listen(address);
    }
    return cluster;
  }

  get host(): string {
    return this.options.addresses[0] ?? '';
  }

  get fingerprint(): string {
    return this.certificate.fingerprint;
  }

  /** Who runs diagnostic logging now. */
  get running(): Run['owner'] | undefined {
    return this.run !== undefined && this.run.to === undefined ? this.run.owner : undefined;
  }

  /** Requests that told the device to do something, in order. */
  get commands(): string[] {
    return this.seen.flatMap(({ peer, mode, status }) => (mode === undefined || status === 405 || status === 503 ? [] : [`${mode}@${peer}`]));
  }

  /** A colleague starts diagnostic logging in the web interface. */
  startBySomebody(): void {
    this.run = { owner: 'somebody', from: this.clock.now(), to: undefined };
  }

  /** A colleague stops whatever runs. */
  stopBySomebody(): void {
    if (this.run !== undefined) {
      this.run.to ??= this.clock.now();
    }
  }

  /** The devices get another certificate; open connections are cut, as by a restart of the web server. */
  renewCertificate(): void {
    this.certificate = selfSignedCertificate('expressway.example.net', this.clock.now());
    for (const { server } of this.peers) {
      server.setSecureContext(this.certificate);
    }
    this.cutConnections();
  }

  /** Breaks every open connection. */
  cutConnections(): void {
    this.peers.forEach(({ sockets }) => sockets.forEach((socket) => socket.destroy()));
  }

  /** Takes a peer off the network for good. */
  async loosePeer(index: number): Promise<void> {
    const peer = this.peers[index];
    if (peer !== undefined) {
      const closed = new Promise<void>((resolve) => peer.server.close(() => resolve()));
      peer.sockets.forEach((socket) => socket.destroy());
      await closed;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.peers.map((_, index) => this.loosePeer(index)));
  }

  private get clock(): Clock {
    return this.options.clock ?? systemClock;
  }

  private async listen(address: string): Promise<void> {
    const index = this.peers.length;
    const server = createServer({ key: this.certificate.key, cert: this.certificate.cert }, (request, response) => {
      this.handle(index, request, response).catch(() => response.destroy());
    });
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.port, address, resolve));
    this.port = (server.address() as AddressInfo).port;
    this.peers.push({ address, server, sockets, archive: undefined });
  }

  private async handle(index: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const dialect = dialectOf(this.options.version ?? 'X14.2');
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    const { method = 'GET', url = '/' } = request;
    const mode = readMode(body);
    const answer = (status: number, value?: object, headers: Record<string, string> = {}): void => {
      this.seen.push({ peer: index, method, path: url, mode, at: this.clock.now(), status });
      response.sendDate = false;
      response.writeHead(status, { 'Content-Type': 'application/json', Date: new Date(this.clock.now() + (this.options.clockOffsetMs ?? 0)).toUTCString(), ...headers });
      response.end(value === undefined ? '' : JSON.stringify(value));
    };
    this.requests += 1;
    if (this.faults.has('slow')) {
      await this.clock.sleep(SLOW_MS);
    }
    if (this.faults.has('busy') && this.requests % 2 === 0) {
      return answer(503, undefined, { 'Retry-After': '0' });
    }
    const known = [`${dialect.base}/diagnosticlogging`, `${dialect.base}/cluster/peers`];
    if (!known.includes(url)) {
      return answer(404, { Message: 'Not found' });
    }
    if (request.headers.authorization !== this.authorization() || this.faults.has('unauthorized')) {
      this.refusedLogins += 1;
      return answer(401, { Message: 'Unauthorized' }, { 'WWW-Authenticate': 'Basic realm="Expressway"' });
    }
    if (url.endsWith('/peers')) {
      return answer(200, dialect.peers(this.options.addresses, this.options.primary ?? 0));
    }
    if (method === 'OPTIONS') {
      return answer(200, undefined, { Allow: dialect.methods.join(', ') });
    }
    if (method === 'GET') {
      return answer(200, dialect.status(this.running !== undefined, this.downloadState(index)));
    }
    if (!dialect.methods.includes(method)) {
      return answer(405, undefined, { Allow: dialect.methods.join(', ') });
    }
    if (dialect.csrf && request.headers['x-csrf-header'] === undefined) {
      return answer(403, { Message: 'X-CSRF-Header is missing' });
    }
    return this.obey(index, mode, answer, response);
  }

  private async obey(index: number, mode: string | undefined, answer: (status: number, value?: object) => void, response: ServerResponse): Promise<void> {
    const peer = this.peers[index];
    switch (mode) {
      case 'start':
        if (index !== (this.options.primary ?? 0)) {
          return answer(400, { Message: 'Only the primary peer can be configured' });
        }
        if (this.faults.has('start-refused')) {
          return answer(400, { Message: 'Insufficient disk space for diagnostic logging' });
        }
        if (this.running !== undefined) {
          return answer(400, { Message: 'Diagnostic logging is already in progress' });
        }
        if (!this.faults.has('start-ignored')) {
          this.run = { owner: 'api', from: this.clock.now(), to: undefined };
          this.peers.forEach((each) => (each.archive = undefined));
        }
        return answer(200);
      case 'stop':
        if (this.running === undefined) {
          return answer(400, { Message: 'Diagnostic logging is not running' });
        }
        this.stopBySomebody();
        return answer(200);
      case 'collect':
        if (this.faults.has('collect-refused') || this.deafPeers.has(index) || peer === undefined) {
          return answer(500, { Message: 'Internal error' });
        }
        peer.archive = { bytes: await this.archiveOf(index), readyAt: this.faults.has('never-ready') ? Number.POSITIVE_INFINITY : this.clock.now() + (this.options.collectMs ?? 300) };
        return answer(200);
      case 'download': {
        if (peer?.archive === undefined || peer.archive.readyAt > this.clock.now()) {
          return answer(400, { Message: 'No logs are ready to download' });
        }
        const { bytes } = peer.archive;
        this.seen.push({ peer: index, method: 'PUT', path: 'download', mode, at: this.clock.now(), status: 200 });
        response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': bytes.length, 'Content-Disposition': `attachment; filename="diagnostic_log_${peer.address}_${this.stamp()}.tar.gz"` });
        if (this.faults.has('broken-transfer')) {
          response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
          return;
        }
        response.end(bytes);
        return;
      }
      default:
        return answer(400, { Message: 'Unknown Mode' });
    }
  }

  private downloadState(index: number): 'none' | 'preparing' | 'ready' {
    const archive = this.peers[index]?.archive;
    return archive === undefined ? 'none' : archive.readyAt > this.clock.now() ? 'preparing' : 'ready';
  }

  private archiveOf(index: number): Promise<Buffer> {
    const { cards = ['eth0', 'eth1'], capture } = this.options;
    const address = this.options.addresses[index] ?? '';
    const { from = 0, to = this.clock.now() } = this.run ?? {};
    return diagnosticArchive(
      {
        host: address,
        stamp: this.stamp(),
        captures: cards.map((card) => ({ card, bytes: capture(index, card, from, to) })),
        log: `${new Date(from).toISOString()} tvcs: Event="Diagnostic logging started"\n${new Date(to).toISOString()} tvcs: Event="Diagnostic logging stopped"\n`,
      },
      this.faults,
    );
  }

  private authorization(): string {
    const { username, password } = this.options.account;
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  /** With colons, as the device itself writes it. */
  private stamp(): string {
    return new Date(this.clock.now()).toISOString().slice(0, 19).replace('T', '_');
  }
}

function readMode(body: string): string | undefined {
  try {
    const { Mode: mode } = JSON.parse(body) as { Mode?: unknown };
    return typeof mode === 'string' ? mode : undefined;
  } catch {
    return undefined;
  }
}
