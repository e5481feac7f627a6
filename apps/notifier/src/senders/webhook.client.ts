import { lookup } from 'node:dns/promises';
import { type Agent, request as httpRequest } from 'node:http';
import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { type BlockList, isIP, type LookupFunction } from 'node:net';
import { type Notice } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { mayReceive } from '../channels/webhook-address';
import type { Attempt, Message, Sender } from './sender';
import { signedHeaders } from './webhook-signature';

/** Bytes of an answer that are read and kept. */
const ANSWER_BYTES = 1_000;
/** Answers that ask for patience: the others of 4xx say that this message will never be taken. */
const PATIENT = new Set([408, 423, 425, 429]);

/**
 * Posts messages as CloudEvents 1.0. The address is checked where the connection is made, so that a name which has come to
 * lead into a private network since it was stored is refused too. Redirects are not followed: they would lead anywhere.
 */
export class WebhookSender implements Sender {
  private readonly agents: { readonly 'http:': Agent; readonly 'https:': TlsAgent };

  constructor(
    private readonly allowed: BlockList,
    private readonly timeoutMs: number,
    private readonly publicUrl: string,
    private readonly clock: Clock,
  ) {
    const options = { keepAlive: true, maxSockets: 16, maxFreeSockets: 4, lookup: this.checkedLookup };
    this.agents = { 'http:': new PlainAgent(options), 'https:': new TlsAgent(options) };
  }

  /** @throws AppError `WEBHOOK_ADDRESS_REFUSED` for an address, or a name that leads to one, where webhooks may not go. A name nobody knows now passes. */
  async check(url: string): Promise<void> {
    const host = hostOf(url);
    const found = isIP(host) > 0 ? [host] : await lookup(host, { all: true }).then((all) => all.map(({ address }) => address), () => []);
    const refused = found.find((address) => !mayReceive(address, this.allowed));
    if (refused !== undefined) {
      throw refusal(host, refused);
    }
  }

  async send({ settings }: { settings: Record<string, unknown> }, secret: string | null, message: Message, signal: AbortSignal): Promise<Attempt> {
    const url = new URL(String(settings['url']));
    const body = JSON.stringify(this.eventOf(message));
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Capstan',
      ...signedHeaders(secret, message.id, Math.floor(this.clock.now() / 1_000), body),
    };
    try {
      const host = hostOf(url.href);
      if (isIP(host) > 0 && !mayReceive(host, this.allowed)) {
        throw refusal(host, host);
      }
      return verdict(await this.post(url, headers, body, signal));
    } catch (error) {
      const known = AppError.from(error);
      return { outcome: known.code === 'WEBHOOK_ADDRESS_REFUSED' ? 'never' : 'later', response: error instanceof Error ? error.message : String(error) };
    }
  }

  close(): void {
    this.agents['http:'].destroy();
    this.agents['https:'].destroy();
  }

  private eventOf({ id, notices }: Message): object {
    const [first] = notices;
    const data = { notices: notices.map((notice: Notice) => ({ ...notice, url: new URL(notice.path, this.publicUrl).href })) };
    return { specversion: '1.0', id, source: '/capstan/notifier', type: 'capstan.notification.v1', subject: first?.subject, time: first?.occurred_at ?? isoTime(this.clock.now()), datacontenttype: 'application/json', data };
  }

  private post(url: URL, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<{ status: number; answer: string }> {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const agent = url.protocol === 'https:' ? this.agents['https:'] : this.agents['http:'];
    return new Promise((resolve, reject) => {
      const request = send(url, { method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          if (size < ANSWER_BYTES) {
            chunks.push(chunk);
          }
          size += chunk.length;
          if (size > 64 * ANSWER_BYTES) {
            response.destroy();
          }
        });
        const end = (): void => settle(() => resolve({ status: response.statusCode ?? 0, answer: Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8') }));
        response.once('end', end).once('close', end).once('error', fail);
      });
      const fail = (error: Error): void => settle(() => reject(error));
      const stop = (): void => void request.destroy(new Error('the notifier stops'));
      // For the whole of it: a receiver that sends a byte a second is as dead as one that sends none.
      const patience = setTimeout(() => {
        fail(new Error(`no answer within ${this.timeoutMs / 1_000} s`));
        request.destroy();
      }, this.timeoutMs);
      // Nothing may stay behind of a request: a signal that lives as long as the process would keep them all.
      const settle = (how: () => void): void => {
        clearTimeout(patience);
        signal.removeEventListener('abort', stop);
        how();
      };
      request.once('error', fail);
      if (signal.aborted) {
        stop();
      } else {
        signal.addEventListener('abort', stop, { once: true });
        request.end(body);
      }
    });
  }

  private readonly checkedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }).then(
      (found) => {
        const refused = found.find(({ address }) => !mayReceive(address, this.allowed));
        if (refused !== undefined) {
          callback(refusal(hostname, refused.address), []);
        } else if (options.all === true) {
          callback(null, found);
        } else {
          const [first] = found;
          callback(null, first?.address ?? '', first?.family);
        }
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

function verdict({ status, answer }: { status: number; answer: string }): Attempt {
  const response = `HTTP ${status}${answer === '' ? '' : ` ${answer}`}`;
  if (status >= 200 && status < 300) {
    return { outcome: 'delivered', response };
  }
  if (status >= 300 && status < 400) {
    return { outcome: 'never', response: `${response} (redirects are not followed)` };
  }
  return { outcome: status < 500 && status >= 400 && !PATIENT.has(status) ? 'never' : 'later', response };
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

function refusal(host: string, address: string): AppError {
  const leads = host === address ? `${host} is` : `${host} leads to ${address}, which is`;
  return new AppError('WEBHOOK_ADDRESS_REFUSED', `${leads} no public address; CAPSTAN_WEBHOOK_NETWORKS names the private networks that may be used`, { details: { path: 'settings.url' } });
}
