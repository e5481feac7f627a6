import { AppError, type Clock, Deferred, withTimeout } from '@capstan/kernel';
import { abortable } from '../abortable';
import { Client } from 'ssh2';
import { answerPrompts, nextAuthStep, type SshLogin } from './auth-plan';
import { type PresentedHostKey, readHostKey } from './host-key';
import { probeServerOffer } from './kex-probe.client';
import type { SocketOpener } from './socket-opener.client';
import type { LegacyCrypto } from '@capstan/contracts';
import { type AlgorithmOffer, MODERN_ALGORITHMS, preferHostKey, toSsh2Algorithms, weakAmong, withLegacy } from './ssh-algorithms';
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
  /** Empty where the cipher protects the integrity by itself. */
  readonly mac: string;
  /** The outdated ones among them. */
  readonly weak: readonly string[];
}

/** Settings of {@link SshConnector}. */
export interface SshConnectorOptions {
  /** What is offered to modern hosts; {@link MODERN_ALGORITHMS} by default. */
  readonly algorithms?: AlgorithmOffer;
  /** When outdated algorithms are offered too. Default `never`. */
  readonly legacyCrypto?: LegacyCrypto;
  /** Told what was agreed on with a host, before the login. */
  readonly onNegotiated?: (endpoint: SshEndpoint, negotiated: NegotiatedAlgorithms) => void;
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
   * Where the policy is `auto`, a host that shares no modern algorithm is asked once more with the outdated ones; nothing
   * was sent to it before that an eavesdropper could use.
   * @throws AppError `CONN_REFUSED`, `HOST_UNREACHABLE`, `HOST_NOT_FOUND`, `CONNECT_TIMEOUT`, `KEX_MISMATCH` (with both
   * sides' lists in `details`), `HOSTKEY_MISMATCH`, `HANDSHAKE_FAILED`; the signal's reason
   */
  async connect(endpoint: SshEndpoint, signal: AbortSignal): Promise<PendingLogin> {
    const { algorithms = MODERN_ALGORITHMS, legacyCrypto = 'never' } = this.options;
    try {
      return await this.connectOffering(legacyCrypto === 'always' ? withLegacy(algorithms) : algorithms, endpoint, signal);
    } catch (error) {
      if (legacyCrypto !== 'auto' || !isMismatch(error)) {
        throw await this.explain(error, legacyCrypto === 'always' ? withLegacy(algorithms) : algorithms, endpoint, signal);
      }
    }
    try {
      return await this.connectOffering(withLegacy(algorithms), endpoint, signal);
    } catch (error) {
      throw await this.explain(error, withLegacy(algorithms), endpoint, signal);
    }
  }

  /**
   * Connects and logs in at once, where nobody has to know in which of the two steps it fails.
   * @throws as {@link connect} and {@link PendingLogin.authenticate}
   */
  async logInto(endpoint: SshEndpoint, login: SshLogin, signal: AbortSignal): Promise<SshConnection> {
    const pending = await this.connect(endpoint, signal);
    try {
      return await pending.authenticate(login, signal);
    } finally {
      pending.abandonUnlessLoggedIn();
    }
  }

  private async connectOffering(algorithms: AlgorithmOffer, endpoint: SshEndpoint, signal: AbortSignal): Promise<PendingLogin> {
    const offer = preferHostKey(algorithms, await this.hostKeys.knownKeyType(endpoint));
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
      this.options.onNegotiated?.(endpoint, negotiated);
      return new PendingLogin(negotiated, (login, abort) => handshake.logIn(login, abort), () => handshake.abandon());
    } catch (error) {
      handshake.abandon();
      throw error;
    }
  }

  private async explain(error: unknown, ours: AlgorithmOffer, endpoint: SshEndpoint, signal: AbortSignal): Promise<unknown> {
    if (!isMismatch(error)) {
      return error;
    }
    const theirs = await withTimeout(this.clock, PROBE_MS, 'CONNECT_TIMEOUT', 'The host did not tell its algorithms', (limit) =>
      probeServerOffer(this.sockets, endpoint, limit), signal).catch(() => undefined);
    const shared = theirs !== undefined && this.options.legacyCrypto === 'never' && sharesAll(withLegacy(ours), theirs);
    const advice = shared ? '; it needs outdated algorithms, which legacy_crypto forbids for it' : '';
    return new AppError('KEX_MISMATCH', `${error.message}${advice}`, {
      details: { ...error.details, we_offer: ours, ...(theirs === undefined ? {} : { device_offers: theirs }) },
      cause: error,
    });
  }
}

function isMismatch(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'KEX_MISMATCH';
}

function sharesAll(ours: AlgorithmOffer, theirs: AlgorithmOffer): boolean {
  return (['kex', 'serverHostKey', 'cipher', 'hmac'] as const).every((list) => ours[list].some((name) => theirs[list].includes(name)));
}

/** One connection on its way from the first byte to the login. */
class LoginHandshake {
  readonly client = new Client();
  private phase: SshPhase = 'handshake';
  private refusal: unknown;
  private readonly proved = new Deferred<NegotiatedAlgorithms>();
  private readonly login = new Deferred<SshLogin>();
  private readonly ready = new Deferred<SshConnection>();
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
      const mac = typeof cs.mac === 'string' ? cs.mac : '';
      this.proved.resolve({ kex, hostKey, cipher: cs.cipher, mac, weak: weakAmong([kex, hostKey, cs.cipher, mac]) });
    });
    this.client.on('ready', () => {
      this.phase = 'open';
      this.connection = new SshConnection(this.client, this.endpoint);
      this.ready.resolve(this.connection);
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
      return await abortable(this.ready.promise, signal);
    } catch (error) {
      this.abandon();
      throw error;
    }
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
