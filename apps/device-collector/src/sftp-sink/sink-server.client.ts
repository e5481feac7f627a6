import { randomBytes, timingSafeEqual, createHash } from 'node:crypto';
import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { AppError, type Clock, Serial } from '@capstan/kernel';
import { Server, type AuthContext, type Connection, type Session, utils } from 'ssh2';
import { localAddressTowards } from './route-lookup.client';
import { ScpReceiver, scpTarget } from './scp-receiver';
import { serveSftp } from './sftp-requests.client';
import type { SftpSink, SinkAddress, SinkPlace, SinkWish } from './sftp-sink';
import { addressDoubt } from './sink-address';
import { SINK_ALGORITHMS } from './sink-algorithms';
import { OpenPlace } from './sink-place';

/** Settings of a {@link SinkServer}. */
export interface SinkServerOptions {
  /** Address to listen on. */
  readonly listenHost: string;
  /** Port to listen on; 0 takes a free one each time. */
  readonly listenPort: number;
  /** Address devices are told; the one from which this machine talks to the device when absent. */
  readonly advertisedHost?: string;
  /** Port devices are told; the one that is listened on when absent. */
  readonly advertisedPort?: number;
}

const MOST_CONNECTIONS = 128;
/** Until then a connection must have logged in. */
const LOGIN_GRACE_MS = 30_000;
const WRONG_PASSWORDS = 5;
const LOGIN_METHODS = ['password', 'keyboard-interactive'] as const;

/**
 * The sink as an SSH server of our own. It listens only while a place is open, knows only the users of open places, and
 * keeps nothing on disk.
 */
export class SinkServer implements SftpSink {
  private readonly places = new Map<string, OpenPlace>();
  private readonly sockets = new Map<Socket, OpenPlace | undefined>();
  private readonly turns = new Serial();
  private tcp: TcpServer | undefined;

  /** @param hostKeys private keys in PEM or OpenSSH form; the same ones every time, because devices remember them */
  constructor(
    private readonly options: SinkServerOptions,
    private readonly hostKeys: () => Promise<readonly string[]>,
    private readonly clock: Clock,
  ) {}

  async address(deviceHost: string): Promise<SinkAddress> {
    const { advertisedHost, advertisedPort, listenPort } = this.options;
    const host = advertisedHost ?? (await localAddressTowards(deviceHost));
    const port = advertisedPort ?? this.listeningOn() ?? listenPort;
    if (host === undefined) {
      return { host: this.options.listenHost, port, warning: `there is no route to ${deviceHost}, so no address it could push to; set CAPSTAN_SFTP_SINK_ADDRESS` };
    }
    const doubt = addressDoubt(host, deviceHost);
    return { host, port, ...(doubt === undefined ? {} : { warning: `${doubt}; set CAPSTAN_SFTP_SINK_ADDRESS` }) };
  }

  open(wish: SinkWish): Promise<SinkPlace> {
    return this.turns.run(async () => {
      await this.listen();
      const username = `capstan-${wish.taskId.replace(/[^A-Za-z0-9]/g, '').slice(-8)}${randomBytes(2).toString('hex')}`;
      const over = new AbortController();
      const place = new OpenPlace(username, randomBytes(18).toString('base64url'), await this.address(wish.deviceHost), (await this.hostKeys()).flatMap(fingerprintsOf), wish, () => {
        over.abort();
        this.forget(username);
      });
      this.places.set(username, place);
      this.clock.sleep(wish.lifetimeMs, over.signal).then(
        () => place.close(),
        () => undefined,
      );
      return place;
    });
  }

  /** Called by Nest when the service goes down. */
  onModuleDestroy(): Promise<void> {
    return this.stop();
  }

  /** Closes every place and the port. */
  async stop(): Promise<void> {
    [...this.places.values()].forEach((place) => place.close());
    await this.turns.run(() => Promise.resolve());
  }

  /** The port while listening. */
  listeningOn(): number | undefined {
    const address = this.tcp?.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  }

  private forget(username: string): void {
    const place = this.places.get(username);
    this.places.delete(username);
    this.sockets.forEach((owner, socket) => owner === place && socket.destroy());
    void this.turns.run(async () => {
      if (this.places.size === 0) {
        const { tcp } = this;
        this.tcp = undefined;
        this.sockets.forEach((_, socket) => socket.destroy());
        await new Promise<void>((resolve) => (tcp === undefined ? resolve() : tcp.close(() => resolve())));
      }
    });
  }

  private async listen(): Promise<void> {
    if (this.tcp !== undefined) {
      return;
    }
    const keys = await this.hostKeys();
    const { listenHost, listenPort } = this.options;
    const tcp = createServer({ noDelay: true }, (socket) => this.welcome(socket, keys));
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', (error) => reject(new AppError('EXPORT_UNREACHABLE', `The SFTP sink cannot listen on ${listenHost} port ${listenPort}: ${error.message}`, { retryable: true, cause: error })));
      tcp.listen(listenPort, listenHost, resolve);
    });
    this.tcp = tcp;
  }

  private welcome(socket: Socket, keys: readonly string[]): void {
    socket.on('error', () => undefined);
    if (this.sockets.size >= MOST_CONNECTIONS) {
      socket.destroy();
      return;
    }
    this.sockets.set(socket, undefined);
    const loggedIn = new AbortController();
    socket.on('close', () => {
      this.sockets.delete(socket);
      loggedIn.abort();
    });
    this.clock.sleep(LOGIN_GRACE_MS, loggedIn.signal).then(
      () => socket.destroy(),
      () => undefined,
    );
    const server = new Server({ hostKeys: [...keys], ident: 'Capstan', algorithms: SINK_ALGORITHMS }, (client) => this.greet(client, socket, loggedIn));
    server.on('error', () => undefined);
    server.injectSocket(socket);
  }

  private greet(client: Connection, socket: Socket, loggedIn: AbortController): void {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      const settle = (password: string): void => this.judge(context, password, socket);
      if (context.method === 'password') {
        settle(context.password);
      } else if (context.method === 'keyboard-interactive') {
        context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => settle(answers[0] ?? ''));
      } else {
        context.reject([...LOGIN_METHODS]);
      }
    });
    client.on('ready', () => {
      loggedIn.abort();
      client.on('session', (accept) => this.serve(accept(), socket));
    });
  }

  private judge(context: AuthContext, password: string, socket: Socket): void {
    const place = this.places.get(context.username);
    if (place !== undefined && equal(password, place.password)) {
      this.sockets.set(socket, place);
      place.loggedIn();
      context.accept();
      return;
    }
    place?.refused();
    context.reject([...LOGIN_METHODS]);
    if (place !== undefined && place.contacts.refusals >= WRONG_PASSWORDS) {
      place.close();
    }
  }

  private serve(session: Session, socket: Socket): void {
    const place = this.sockets.get(socket);
    if (place === undefined) {
      socket.destroy();
      return;
    }
    session.on('sftp', (accept) => serveSftp(accept(), place));
    session.on('exec', (accept, reject, { command }) => {
      const target = scpTarget(command);
      if (target === undefined) {
        reject();
        return;
      }
      const channel = accept();
      const receiver = new ScpReceiver(place, target, { write: (bytes) => void channel.write(bytes), pause: () => void channel.pause(), resume: () => void channel.resume() });
      channel.on('data', (chunk: Buffer) => receiver.push(chunk));
      channel.on('error', () => receiver.end());
      channel.on('close', () => receiver.end());
      channel.on('end', () => {
        receiver.end();
        channel.exit(receiver.succeeded ? 0 : 1);
        channel.end();
      });
    });
  }
}

/** Compares in a time that tells nothing about where two texts differ. */
function equal(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Fingerprints of a private key's public half, as devices show them. */
function fingerprintsOf(privateKey: string): string[] {
  const parsed = utils.parseKey(privateKey);
  if (parsed instanceof Error) {
    return [];
  }
  const blob = (Array.isArray(parsed) ? parsed : [parsed]).map((key) => key.getPublicSSH());
  const digest = (algorithm: string, bytes: Buffer): Buffer => createHash(algorithm).update(bytes).digest();
  return blob.flatMap((bytes) => [`SHA256:${digest('sha256', bytes).toString('base64').replace(/=+$/, '')}`, digest('md5', bytes).toString('hex').replace(/..(?=.)/g, '$&:')]);
}
