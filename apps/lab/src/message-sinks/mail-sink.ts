import { type AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail that arrived. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came. */
  readonly raw: string;
  /** Who logged in; null where nobody had to. */
  readonly username: string | null;
  readonly receivedAt: number;
}

/** How a mail sink behaves. */
export interface MailSinkOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** A login it demands. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Where mails are kept; default: a list of its own. */
  readonly into?: ReceivedMail[];
}

/** A real SMTP server on loopback that keeps what it is sent, and refuses for a while, or for good, when it is told to. */
export class MailSink {
  /** What it answers instead of taking a mail: `[451, 'try again later']`. */
  refusal: readonly [number, string] | undefined;
  /** Milliseconds it thinks about each mail before it answers. */
  slowMs = 0;

  private constructor(
    private readonly server: SMTPServer,
    readonly port: number,
    readonly mails: ReceivedMail[],
  ) {}

  readonly host = '127.0.0.1';

  static async start({ port = 0, login, into = [] }: MailSinkOptions = {}): Promise<MailSink> {
    const sink: { current?: MailSink } = {};
    const server = new SMTPServer({
      authOptional: login === undefined,
      allowInsecureAuth: true,
      // Who keeps a connection open must not keep the server from going.
      closeTimeout: 100,
      disabledCommands: login === undefined ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
      onAuth: ({ username, password }, _session, done) => {
        const right = username === login?.username && password === login?.password;
        done(right ? null : new Error('the login is not known'), right ? { user: username } : undefined);
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        const take = (): void => {
          const refusal = sink.current?.refusal;
          if (refusal !== undefined) {
            done(Object.assign(new Error(refusal[1]), { responseCode: refusal[0] }));
            return;
          }
          const { mailFrom, rcptTo } = session.envelope;
          sink.current?.mails.push({ from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString('utf8'), username: session.user === undefined ? null : String(session.user), receivedAt: Date.now() });
          done();
        };
        stream.once('end', () => {
          const slowMs = sink.current?.slowMs ?? 0;
          if (slowMs > 0) {
            setTimeout(take, slowMs).unref();
          } else {
            take();
          }
        });
      },
    });
    // Whoever hangs up in the middle is his own affair.
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    sink.current = new MailSink(server, (server.server.address() as AddressInfo).port, into);
    return sink.current;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
