import { AppError, type Clock, Deferred, withTimeout } from '@capstan/kernel';
import { abortable } from '../abortable';
import { Client } from 'ssh2';
import { answerPrompts, nextAuthStep, type SshLogin } from './auth-plan';
import { type PresentedHostKey, readHostKey } from './host-key';
import { probeServerOffer } from './kex-probe.client';
import type { SocketOpener } from './socket-opener.client';
import { type AlgorithmOffer, MODERN_ALGORITHMS, preferHostKey, toSsh2Algorithms } from './ssh-algorithms';
import { SshConnection } from './ssh-connection.client';
import { type SshEndpoint, type SshPhase, sshError } from './ssh-error';

/** Decides whether a host is who it was. Asked before anything is sent to it that an impostor could use. */
export interface HostKeyPolicy {
  /** Type of the key that is trusted for this host; undefined when the host is new. */
  knownKeyType(endpoint: SshEndpoint): Promise<string | undefined>;
  /** @throws AppError `HOSTKEY_MISMATCH` when the host showed another key before */
  check(endpoint: SshEndpoint, presented: PresentedHostKey): Promise<void>;
}

/** What both sides agreed on. */
export interface NegotiatedAlgorithms {
  readonly kex: string;
  readonly hostKey: string;
  readonly cipher: string;
}

/** Settings of {@link SshConnector}. */
export interface SshConnectorOptions {
  /** What is offered; the modern lists by default. */
  readonly algorithms?: AlgorithmOffer;
  /** Milliseconds between keepalives; three unanswered ones end the connection. Default 5,000. */
  readonly keepaliveMs?: number;
}

const PROBE_MS = 3_000;

/**
 * A host that has proved its identity and waits for the login. The password has not been sent yet, and is sent at most
 * once, by {@link authenticate}.
 */
export class PendingLogin {
  private loggedIn = false;

  constructor(
    readonly negotiated: NegotiatedAlgorithms,
    private readonly proceed: (login: SshLogin, signal: AbortSignal) => Promise<SshConnection>,
    private readonly abandon: () => void,
  ) {}

  /** Lets go of the host; does nothing behind a successful login, when the connection has its own end. */
  abandonUnlessLoggedIn(): void {
    if (!this.loggedIn) {
      this.abandon();
    }
  }

  /** @throws AppError `AUTH_FAILED`, `DEVICE_LOST`; the signal's reason */
  async authenticate(login: SshLogin, signal: AbortSignal): Promise<SshConnection> {
    const connection = await this.proceed(login, signal);
    this.loggedIn = true;
    return connection;
  }
}

/** Opens SSH connections: socket, algorithms, host key; then, as a step of its own, the login. */
export class SshConnector {
  constructor(
    private readonly clock: Clock,
    private readonly sockets: SocketOpener,
    private readonly hostKeys: HostKeyPolicy,
    private readonly options: SshConnectorOptions = {},
  ) {}

  /**
   * @throws AppError `CONN_REFUSED`, `HOST_UNREACHABLE`, `HOST_NOT_FOUND`, `CONNECT_TIMEOUT`, `KEX_MISMATCH` (with both
   * sides' lists in `details`), `HOSTKEY_MISMATCH`, `HANDSHAKE_FAILED`; the signal's reason
   */
  async connect(endpoint: SshEndpoint, signal: AbortSignal): Promise<PendingLogin> {
    const offer = preferHostKey(this.options.algorithms ?? MODERN_ALGORITHMS, await this.hostKeys.knownKeyType(endpoint));
    const socket = await this.sockets.open(endpoint, signal);
    const handshake = new LoginHandshake(endpoint, this.hostKeys);
    handshake.client.connect({
      sock: socket,
      username: 'unknown-until-login',
      algorithms: toSsh2Algorithms(offer),
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => handshake.verifyHostKey(key, verify),
      authHandler: handshake.authHandler,
      // Every step has its own limit, see the caller.
      readyTimeout: 0,
      keepaliveInterval: this.options.keepaliveMs ?? 5_000,
      keepaliveCountMax: 3,
    });
    try {
      const negotiated = await handshake.identityProved(signal);
      return new PendingLogin(negotiated, (login, abort) => handshake.logIn(login, abort), () => handshake.abandon());
    } catch (error) {
      handshake.abandon();
      throw await this.explain(error, endpoint, offer, signal);
    }
  }

  private async explain(error: unknown, endpoint: SshEndpoint, ours: AlgorithmOffer, signal: AbortSignal): Promise<unknown> {
    if (!(error instanceof AppError) || error.code !== 'KEX_MISMATCH') {
      return error;
    }
    const theirs = await withTimeout(this.clock, PROBE_MS, 'CONNECT_TIMEOUT', 'The host did not tell its algorithms', (limit) =>
      probeServerOffer(this.sockets, endpoint, limit), signal).catch(() => undefined);
    return new AppError('KEX_MISMATCH', error.message, {
      details: { ...error.details, we_offer: ours, ...(theirs === undefined ? {} : { device_offers: theirs }) },
      cause: error,
    });
  }
}

/** One connection on its way from the first byte to the login. */
class LoginHandshake {
  readonly client = new Client();
  private phase: SshPhase = 'handshake';
  private refusal: unknown;
  private readonly proved = new Deferred<NegotiatedAlgorithms>();
  private readonly login = new Deferred<SshLogin>();
  private readonly ready = new Deferred<void>();
  private connection: SshConnection | undefined;
  private readonly progress = { keyTried: false, passwordSpent: false, promptsAnswered: false };
  private acceptedFingerprint: string | undefined;

  constructor(
    private readonly endpoint: SshEndpoint,
    private readonly hostKeys: HostKeyPolicy,
  ) {
    for (const { promise } of [this.proved, this.ready, this.login]) {
      (promise as Promise<unknown>).catch(() => undefined);
    }
    this.client.on('handshake', (negotiated) => {
      const { kex, serverHostKey: hostKey, cs } = negotiated;
      this.proved.resolve({ kex, hostKey, cipher: cs.cipher });
    });
    this.client.on('ready', () => {
      this.phase = 'open';
      this.ready.resolve();
    });
    this.client.on('error', (error) => this.fail(error));
    this.client.on('close', () => this.fail(new Error('closed')));
  }

  /** Called by `ssh2` in every key exchange, so also when a long connection renews its keys: the same key needs no second look. */
  readonly verifyHostKey = (key: Buffer, verify: (valid: boolean) => void): void => {
    const presented = readHostKey(key);
    if (presented.fingerprint === this.acceptedFingerprint) {
      verify(true);
      return;
    }
    this.hostKeys.check(this.endpoint, presented).then(
      () => {
        this.acceptedFingerprint = presented.fingerprint;
        verify(true);
      },
      (error: unknown) => {
        this.refusal = error;
        verify(false);
      },
    );
  };

  readonly authHandler = (methodsLeft: readonly string[] | null, _partial: boolean | null, next: (method: never) => void): void => {
    this.login.promise.then(
      (login) => next(this.offer(login, methodsLeft) as never),
      () => next(false as never),
    );
  };

  identityProved(signal: AbortSignal): Promise<NegotiatedAlgorithms> {
    return abortable(this.proved.promise, signal);
  }

  async logIn(login: SshLogin, signal: AbortSignal): Promise<SshConnection> {
    this.phase = this.phase === 'handshake' ? 'auth' : this.phase;
    this.login.resolve(login);
    try {
      await abortable(this.ready.promise, signal);
    } catch (error) {
      this.abandon();
      throw error;
    }
    this.connection = new SshConnection(this.client, this.endpoint);
    return this.connection;
  }

  abandon(): void {
    this.login.reject(new AppError('DEVICE_LOST', 'The login was given up'));
    this.client.destroy();
  }

  private offer(login: SshLogin, methodsLeft: readonly string[] | null): object | false {
    const { username } = login;
    if (methodsLeft === null) {
      // Costs nothing and makes the server tell its methods (RFC 4252 §5.2).
      return { type: 'none', username };
    }
    const step = nextAuthStep(login, methodsLeft, this.progress);
    switch (step) {
      case 'publickey':
        this.progress.keyTried = true;
        return { type: 'publickey', username, key: login.privateKey, passphrase: login.passphrase };
      case 'password':
        this.progress.passwordSpent = true;
        return { type: 'password', username, password: login.password };
      case 'keyboard-interactive':
        this.progress.passwordSpent = true;
        return { type: 'keyboard-interactive', username, prompt: this.answer(login.password ?? '') };
      case 'give-up':
        return false;
    }
  }

  private answer(password: string) {
    return (_name: string, _instructions: string, _language: string, prompts: { prompt: string; echo?: boolean }[], finish: (answers: string[]) => void): void => {
      const answers = answerPrompts(password, prompts, this.progress.promptsAnswered);
      if (answers === undefined) {
        this.fail(new AppError('AUTH_FAILED', `${this.endpoint.host}:${this.endpoint.port} asked for more than a password`));
        this.client.destroy();
        return;
      }
      this.progress.promptsAnswered = true;
      finish(answers);
    };
  }

  private fail(raw: unknown): void {
    // A host that hangs up on a password has refused it, and would be given it again if this were a lost connection.
    const { keyTried, passwordSpent } = this.progress;
    const phase = this.phase === 'auth' && !keyTried && !passwordSpent ? 'open' : this.phase;
    const error = this.refusal ?? sshError(raw, phase, this.endpoint);
    this.proved.reject(error);
    this.ready.reject(error);
    this.connection?.onClosed(error as AppError);
  }
}
