import { AppError } from '@capstan/kernel';
import { MailSink, type ReceivedMail } from './mail-sink';
import { SINK_FAULTS, sinkFault, type SinkName, webhookFault } from './sink-faults';
import { type ReceivedWebhook, WebhookSink } from './webhook-sink';

/** Which sinks are wanted. */
export interface SinkWishes {
  readonly mail: boolean;
  readonly webhook: boolean;
}

/** A sink as the inventory shows it. */
export interface InventorySink {
  readonly name: SinkName;
  readonly kind: 'smtp' | 'http';
  readonly host: string;
  readonly port: number;
  /** Where webhooks are posted to. */
  readonly url?: string;
  /** Faults it can be given by the control `sink-fault`. */
  readonly faults: ReadonlyArray<{ readonly name: string; readonly meaning: string }>;
}

/** Most messages of one answer. */
const MOST_SHOWN = 1_000;

/** The mail server and the web server of a lab that keep what they are sent. Their ports stay the same while nobody listens. */
export class LabSinks {
  private mail: MailSink | undefined;
  private webhook: WebhookSink | undefined;
  private readonly mails: ReceivedMail[] = [];
  private readonly webhooks: ReceivedWebhook[] = [];
  private readonly closed = new Set<SinkName>();

  constructor(private readonly wishes: SinkWishes) {}

  async start(): Promise<void> {
    this.mail = this.wishes.mail ? await MailSink.start({ into: this.mails }) : undefined;
    this.webhook = this.wishes.webhook ? await WebhookSink.start(0, this.webhooks) : undefined;
  }

  async stop(): Promise<void> {
    await Promise.all([this.closed.has('mail-sink') ? undefined : this.mail?.stop(), this.closed.has('webhook-sink') ? undefined : this.webhook?.stop()]);
  }

  inventory(): InventorySink[] {
    const faultsOf = (name: SinkName) => Object.entries(SINK_FAULTS[name]).map(([fault, meaning]) => ({ name: fault, meaning }));
    const { mail, webhook } = this;
    return [
      ...(mail === undefined ? [] : [{ name: 'mail-sink', kind: 'smtp', host: mail.host, port: mail.port, faults: faultsOf('mail-sink') } as const]),
      ...(webhook === undefined ? [] : [{ name: 'webhook-sink', kind: 'http', host: '127.0.0.1', port: webhook.port, url: webhook.url, faults: faultsOf('webhook-sink') } as const]),
    ];
  }

  /** @throws AppError `LAB_UNKNOWN_FAULT`, `LAB_NO_SUCH_HOST` */
  async setFault(name: SinkName, text: string): Promise<void> {
    const fault = sinkFault(name, text);
    await this.listen(name, fault !== 'closed');
    if (name === 'webhook-sink') {
      this.there(this.webhook, name).fault = webhookFault(fault);
      return;
    }
    const mail = this.there(this.mail, name);
    mail.slowMs = typeof fault === 'object' && 'slowMs' in fault ? fault.slowMs : 0;
    mail.refusal = typeof fault === 'object' && 'status' in fault ? [fault.status, fault.status < 500 ? 'try again later' : 'not taken here'] : undefined;
  }

  /** What came, the oldest first, without the first `after`. @throws AppError `LAB_NO_SUCH_HOST` */
  received(name: SinkName, after: number): { readonly total: number; readonly received: ReadonlyArray<ReceivedMail | ReceivedWebhook> } {
    this.there<MailSink | WebhookSink>(name === 'mail-sink' ? this.mail : this.webhook, name);
    const all = name === 'mail-sink' ? this.mails : this.webhooks;
    return { total: all.length, received: all.slice(after, after + MOST_SHOWN) };
  }

  private async listen(name: SinkName, open: boolean): Promise<void> {
    if (open !== this.closed.has(name)) {
      return;
    }
    const sink = this.there<MailSink | WebhookSink>(name === 'mail-sink' ? this.mail : this.webhook, name);
    if (!open) {
      this.closed.add(name);
      await sink.stop();
    } else if (name === 'mail-sink') {
      this.mail = await MailSink.start({ port: sink.port, into: this.mails });
      this.closed.delete(name);
    } else {
      this.webhook = await WebhookSink.start(sink.port, this.webhooks);
      this.closed.delete(name);
    }
  }

  private there<Sink>(sink: Sink | undefined, name: SinkName): Sink {
    if (sink === undefined) {
      throw new AppError('LAB_NO_SUCH_HOST', `this lab has no ${name}; start it with --${name}`);
    }
    return sink;
  }
}
