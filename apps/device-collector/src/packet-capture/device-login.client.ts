import type { SshConnection } from '../ssh/ssh-connection.client';
import type { PendingLogin } from '../ssh/ssh-connector.client';
import type { DialogueContext } from './capture-driver';
import { required } from './out-of-order';

/** The first steps of every dialogue over SSH, `connect` and `auth`, and its end. Writes down who answered and what was agreed on. */
export class DeviceLogin {
  private pending: PendingLogin | undefined;
  private loggedIn: SshConnection | undefined;

  constructor(private readonly context: Pick<DialogueContext, 'ssh' | 'target' | 'login' | 'transcript'>) {}

  /** The connection that is logged in. */
  get connection(): SshConnection {
    return required(this.loggedIn);
  }

  /** Reaches the device and checks that it is who it was; sends nothing secret. @throws as `SshConnector.connect` */
  async reach(signal: AbortSignal): Promise<void> {
    const { ssh, target, transcript } = this.context;
    transcript.note('connect', `to ${target.host} port ${target.port}`);
    this.pending = await ssh.connect(target, signal);
    const { kex, hostKey, cipher } = this.pending.negotiated;
    transcript.note('connect', `${hostKey} host key is the trusted one; ${kex}, ${cipher}`);
  }

  /** Logs in with the one attempt there is. @throws as `PendingLogin.authenticate` */
  async logIn(signal: AbortSignal): Promise<SshConnection> {
    const { login, transcript } = this.context;
    this.loggedIn = await required(this.pending).authenticate(login, signal);
    transcript.note('auth', `logged in as ${login.username}`);
    return this.loggedIn;
  }

  /** Cuts the connection at once, if there is one. */
  cut(): void {
    this.loggedIn?.destroy();
  }

  /** Lets go of the device. Always succeeds. */
  async leave(signal: AbortSignal): Promise<void> {
    this.pending?.abandonUnlessLoggedIn();
    await this.loggedIn?.end(signal);
  }
}
