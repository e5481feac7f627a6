import { type EmailSettings, emailSettings } from '@capstan/contracts';
import { createTransport, type Transporter } from 'nodemailer';
import { messageText } from './message-text';
import type { Attempt, Message, Sender } from './sender';

/** What an SMTP server answers for good (RFC 5321, section 4.2.1): 5yz, except that the login may be mended. */
const NEVER = (code: number | undefined, error: string | undefined): boolean => code !== undefined && code >= 500 && code < 600 && error !== 'EAUTH';

/** Sends messages by SMTP. One connection per channel is kept open, as long as the channel is as it was. */
export class EmailSender implements Sender {
  private readonly transports = new Map<string, { revision: number; transport: Transporter }>();

  constructor(
    private readonly timeoutMs: number,
    private readonly publicUrl: string,
  ) {}

  async send(channel: { channel_id: string; revision: number; settings: Record<string, unknown> }, secret: string | null, message: Message, signal: AbortSignal): Promise<Attempt> {
    const settings = emailSettings.parse(channel.settings);
    const { subject, text, html } = messageText(message.notices, this.publicUrl);
    const transport = this.transportOf(channel, settings, secret);
    const abort = (): void => transport.close();
    signal.addEventListener('abort', abort);
    try {
      const info = (await transport.sendMail({
        from: settings.from,
        to: settings.to,
        subject,
        text,
        html,
        // The same for every attempt, so that a mail which came twice is one to whoever reads it.
        messageId: `<${message.id}@capstan>`,
        headers: { 'X-Capstan-Delivery': message.id, 'Auto-Submitted': 'auto-generated' },
      })) as { response?: string; rejected?: unknown[] };
      const rejected = info.rejected ?? [];
      return { outcome: 'delivered', response: `${info.response ?? 'accepted'}${rejected.length === 0 ? '' : `; not taken for ${rejected.join(', ')}`}` };
    } catch (error) {
      const { responseCode, code, message: why } = error as Error & { responseCode?: number; code?: string };
      this.forget(channel.channel_id);
      return { outcome: NEVER(responseCode, code) ? 'never' : 'later', response: why };
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  close(): void {
    [...this.transports.keys()].forEach((id) => this.forget(id));
  }

  private transportOf({ channel_id: id, revision }: { channel_id: string; revision: number }, settings: EmailSettings, secret: string | null): Transporter {
    const kept = this.transports.get(id);
    if (kept !== undefined && kept.revision === revision) {
      return kept.transport;
    }
    this.forget(id);
    const transport = createTransport({
      pool: true,
      maxConnections: 1,
      host: settings.host,
      port: settings.port,
      secure: settings.security === 'tls',
      requireTLS: settings.security === 'starttls',
      ignoreTLS: settings.security === 'none',
      ...(settings.username === null ? {} : { auth: { user: settings.username, pass: secret ?? '' } }),
      connectionTimeout: this.timeoutMs,
      greetingTimeout: this.timeoutMs,
      socketTimeout: this.timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    // What goes wrong while nothing is sent is found out by the next message.
    transport.on('error', () => undefined);
    this.transports.set(id, { revision, transport });
    return transport;
  }

  private forget(id: string): void {
    this.transports.get(id)?.transport.close();
    this.transports.delete(id);
  }
}
