import { AppError, type Clock } from '@capstan/kernel';
import type { SshLogin } from '../ssh/auth-plan';
import { directTcp, type SocketOpener } from '../ssh/socket-opener.client';
import type { SshConnection } from '../ssh/ssh-connection.client';
import { type HostKeyPolicy, SshConnector } from '../ssh/ssh-connector.client';

/** A host on the way to devices. */
export interface Bastion {
  readonly host: string;
  readonly port: number;
  readonly credentialId: string;
}

/** What a login to a bastion needs. */
export interface BastionPorts {
  readonly clock: Clock;
  readonly hostKeys: HostKeyPolicy;
  readonly login: (credentialId: string) => Promise<SshLogin>;
}

interface Link {
  readonly connection: Promise<SshConnection>;
  users: number;
  idle: AbortController | undefined;
}

/** A connection nobody uses stays for so long: the next device comes soon. */
const IDLE_MS = 20_000;
const LOGIN_MS = 30_000;
/** A bastion that refused us is not asked again for so long, however many devices lie behind it. */
const REFUSAL_MS = 60_000;

/**
 * Connections to the hosts on the way, one each, shared by all devices behind them: a hundred devices are one login to
 * their bastion. Everybody who comes while it is logged in to waits for the same login, and shares its failure.
 */
export class Bastions {
  private readonly links = new Map<string, Link>();
  private readonly refusals = new Map<string, { readonly error: AppError; readonly until: number }>();

  constructor(private readonly clock: Clock) {}

  /** The way to a device through these hosts, the nearest first. */
  through(chain: readonly Bastion[], ports: BastionPorts): SocketOpener {
    if (chain.length === 0) {
      return directTcp;
    }
    return {
      open: async (endpoint, signal) => {
        const link = this.link(chain, ports);
        link.users += 1;
        link.idle?.abort();
        try {
          const connection = await link.connection;
          const stream = await connection.forward(endpoint, signal);
          stream.once('close', () => this.leave(chain, link));
          return stream;
        } catch (error) {
          this.leave(chain, link);
          throw error;
        }
      },
    };
  }

  /** Ends every connection. */
  close(): void {
    for (const link of this.links.values()) {
      link.connection.then((connection) => connection.destroy(), () => undefined);
    }
    this.links.clear();
  }

  private link(chain: readonly Bastion[], ports: BastionPorts): Link {
    const key = keyOf(chain);
    const known = this.links.get(key);
    if (known !== undefined) {
      return known;
    }
    const link: Link = { connection: this.connect(chain, ports), users: 0, idle: undefined };
    this.links.set(key, link);
    const forget = (): void => {
      if (this.links.get(key) === link) {
        this.links.delete(key);
      }
    };
    link.connection.then((connection) => void connection.closed.then(forget), forget);
    return link;
  }

  private async connect(chain: readonly Bastion[], ports: BastionPorts): Promise<SshConnection> {
    const key = keyOf(chain);
    const refusal = this.refusals.get(key);
    if (refusal !== undefined && refusal.until > this.clock.monotonic()) {
      throw refusal.error;
    }
    const last = chain[chain.length - 1];
    if (last === undefined) {
      throw new AppError('INTERNAL_ERROR', 'A way through no host was asked for');
    }
    const name = `${last.host}:${last.port}`;
    const signal = AbortSignal.timeout(LOGIN_MS);
    try {
      const connector = new SshConnector(ports.clock, this.through(chain.slice(0, -1), ports), ports.hostKeys, { legacyCrypto: 'auto', keepaliveMs: 15_000 });
      const pending = await connector.connect(last, signal);
      try {
        return await pending.authenticate(await ports.login(last.credentialId), signal);
      } finally {
        pending.abandonUnlessLoggedIn();
      }
    } catch (error) {
      const { code, message, retryable, details } = signal.aborted ? new AppError('CONNECT_TIMEOUT', `${name} did not let us in within ${LOGIN_MS / 1_000} s`, { retryable: true }) : AppError.from(error);
      // Not the device's own failure: what its login, or its key, said of the bastion says nothing of the device.
      const failure = new AppError(`JUMP_${code.replace(/^JUMP_/, '')}`, `Jump host: ${message}`, { retryable, details: { ...details, jump: name }, cause: error });
      if (!retryable) {
        this.refusals.set(key, { error: failure, until: this.clock.monotonic() + REFUSAL_MS });
      }
      throw failure;
    }
  }

  private leave(chain: readonly Bastion[], link: Link): void {
    link.users -= 1;
    if (link.users > 0) {
      return;
    }
    const idle = new AbortController();
    link.idle = idle;
    this.clock.sleep(IDLE_MS, idle.signal).then(
      () => {
        if (link.users === 0 && this.links.get(keyOf(chain)) === link) {
          this.links.delete(keyOf(chain));
          link.connection.then((connection) => connection.destroy(), () => undefined);
        }
      },
      () => undefined,
    );
  }
}

function keyOf(chain: readonly Bastion[]): string {
  return chain.map(({ host, port, credentialId }) => `${host.toLowerCase()}:${port}/${credentialId}`).join(' ');
}
