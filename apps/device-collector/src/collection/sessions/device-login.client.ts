import type { LegacyCrypto } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import type { Platform } from '../../platforms';
import type { SshLogin } from '../../ssh/auth-plan';
import type { SocketOpener } from '../../ssh/socket-opener.client';
import { type HostKeyPolicy, SshConnector } from '../../ssh/ssh-connector.client';
import type { SshConnection } from '../../ssh/ssh-connection.client';
import { finalError } from '../collection-error';
import type { DevicePatience } from '../timeouts';
import type { DeviceSession } from './device-session';
import { ExecSession } from './exec-session.client';
import { ShellSession } from './shell-session.client';

/** A device, and how it is logged in to. */
export interface LoginOrder {
  readonly host: string;
  readonly port: number;
  readonly platform: Platform;
  readonly login: SshLogin;
  readonly legacyCrypto: LegacyCrypto;
  readonly patience: DevicePatience;
  /** Whether a command will be sent that needs the privileged mode. */
  readonly privileged: boolean;
}

/** What a login works with. */
export interface LoginPorts {
  readonly clock: Clock;
  readonly sockets: SocketOpener;
  readonly hostKeys: HostKeyPolicy;
  readonly maxOutput: number;
  readonly onCommand: (command: string) => void;
  /** Told when the device has taken the credential. */
  readonly onAccepted: () => void;
}

const KEEPALIVE_MS = 15_000;

/**
 * Logs in to a device and comes to where commands can be sent. The password is sent once at most, and never before the
 * device has proved who it is.
 * @throws AppError of the SSH connection; `LOGIN_TIMEOUT`, which is final once the password is on its way; those of {@link ShellSession.open}
 */
export async function logIn(order: LoginOrder, ports: LoginPorts, signal: AbortSignal): Promise<DeviceSession> {
  const { platform, host } = order;
  const { clock, maxOutput, onCommand } = ports;
  const connection = await connect(order, ports, signal);
  ports.onAccepted();
  try {
    if (platform.session.channel === 'exec') {
      return new ExecSession(connection, { host, clock, maxOutput, onCommand });
    }
    const { login, patience, privileged } = order;
    return await ShellSession.open(connection, { host, profile: platform.session, login, clock, promptMs: patience.promptMs, privileged, maxOutput, onCommand }, signal);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

async function connect({ host, port, login, legacyCrypto, patience }: LoginOrder, { clock, sockets, hostKeys }: LoginPorts, signal: AbortSignal): Promise<SshConnection> {
  const name = `${host}:${port}`;
  const limit = new AbortController();
  const over = new AbortController();
  const begin = (ms: number, error: AppError): void => {
    clock.sleep(ms, over.signal).then(
      () => limit.abort(error),
      () => undefined,
    );
  };
  // TCP has a time of its own; the time for the login begins with the first byte.
  const timed: SocketOpener = {
    open: async (endpoint, until) => {
      const connecting = new AbortController();
      clock.sleep(patience.connectMs, AbortSignal.any([over.signal, connecting.signal])).then(
        () => limit.abort(new AppError('CONNECT_TIMEOUT', `${name} did not answer within ${patience.connectMs / 1_000} s`, { retryable: true })),
        () => undefined,
      );
      try {
        const socket = await sockets.open(endpoint, until);
        begin(patience.loginMs, new AppError('LOGIN_TIMEOUT', `${name} did not come to an end with the login within ${patience.loginMs / 1_000} s`, { retryable: true }));
        return socket;
      } finally {
        connecting.abort();
      }
    },
  };
  const until = AbortSignal.any([signal, limit.signal]);
  try {
    const connector = new SshConnector(clock, timed, hostKeys, { legacyCrypto, keepaliveMs: KEEPALIVE_MS });
    const pending = await connector.connect({ host, port }, until);
    try {
      return await pending.authenticate(login, until);
    } catch (error) {
      // The password may have arrived.
      throw error instanceof AppError && error.code === 'LOGIN_TIMEOUT' ? finalError(error) : error;
    } finally {
      pending.abandonUnlessLoggedIn();
    }
  } finally {
    over.abort();
  }
}
