import type { BlockList } from 'node:net';
import { WebhookSink } from '@capstan/lab';
import { systemClock } from '@capstan/kernel';
import { readNetworks } from '../channels/webhook-address';
import { WebhookSender } from './webhook.client';

describe(WebhookSender.name, () => {
  let sink: WebhookSink;
  const senders: WebhookSender[] = [];
  const sending = (networks: string, timeoutMs = 1_000): WebhookSender => {
    const sender = new WebhookSender(readNetworks(networks) as BlockList, timeoutMs, 'http://capstan.example', systemClock);
    senders.push(sender);
    return sender;
  };
  const send = (sender: WebhookSender, url: string, signal = new AbortController().signal) => sender.send({ settings: { url } }, null, { id: 'm1', notices: [] }, signal);

  beforeAll(async () => {
    sink = await WebhookSink.start();
  });
  afterAll(async () => {
    senders.forEach((sender) => sender.close());
    await sink.stop();
  });

  it('refuses a name that leads into a private network when it is stored, and again where it connects', async () => {
    const sut = sending('');
    await expect(sut.check(`http://localhost:${sink.port}/`)).rejects.toMatchObject({ code: 'WEBHOOK_ADDRESS_REFUSED', message: expect.stringMatching(/^localhost leads to (127\.0\.0\.1|::1), which is no public address/) as string });
    await expect(send(sut, `http://localhost:${sink.port}/`)).resolves.toMatchObject({ outcome: 'never', response: expect.stringMatching(/^localhost leads to/) as string });
    expect(sink.received).toHaveLength(0);
  });

  it('refuses an address whose network was allowed when it was stored, and is not any more', async () => {
    await expect(sending('127.0.0.0/8').check(sink.url)).resolves.toBeUndefined();
    await expect(send(sending(''), sink.url)).resolves.toMatchObject({ outcome: 'never', response: expect.stringMatching(/^127\.0\.0\.1 is no public address/) as string });
    expect(sink.received).toHaveLength(0);
  });

  it('gives up on a receiver that does not answer, and when it is stopped', async () => {
    const sut = sending('127.0.0.0/8', 100);
    sink.fault = { slowMs: 60_000 };
    await expect(send(sut, sink.url)).resolves.toEqual({ outcome: 'later', response: 'no answer within 0.1 s' });
    const stopping = new AbortController();
    const attempt = send(sending('127.0.0.0/8', 60_000), sink.url, stopping.signal);
    stopping.abort();
    await expect(attempt).resolves.toEqual({ outcome: 'later', response: 'the notifier stops' });
    sink.fault = undefined;
    await expect(send(sut, sink.url)).resolves.toMatchObject({ outcome: 'delivered' });
  });
});
