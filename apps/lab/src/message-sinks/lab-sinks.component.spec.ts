import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { LabSinks } from './lab-sinks';
import type { ReceivedMail } from './mail-sink';

/** Hands over a mail in the words of RFC 5321. @returns the server's last answer */
async function mail(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const lines = ['EHLO here', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA', `${text}\r\n.`];
  let last = '';
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      createInterface({ input: socket }).on('error', reject).on('line', (line) => {
        if (line.charAt(3) === '-') {
          return;
        }
        last = line;
        const next = lines.shift();
        if (next === undefined) {
          resolve();
        } else {
          socket.write(`${next}\r\n`);
        }
      });
    });
    return last;
  } finally {
    socket.destroy();
  }
}

describe(LabSinks.name, () => {
  let sut: LabSinks;
  let smtp: number;
  let url: string;

  beforeEach(async () => {
    sut = new LabSinks({ mail: true, webhook: true });
    await sut.start();
    const [mailSink, webhookSink] = sut.inventory();
    smtp = mailSink?.port ?? 0;
    url = webhookSink?.url ?? '';
  });
  afterEach(() => sut.stop());

  const post = (body: string) => fetch(url, { method: 'POST', body, headers: { connection: 'close' } });

  it('keeps what comes, in order', async () => {
    await post('one');
    await post('two');
    await expect(mail(smtp, 'Subject: hello\r\n\r\nYes.')).resolves.toMatch(/^250/);
    expect(sut.received('webhook-sink', 0)).toMatchObject({ total: 2, received: [{ path: '/hook', body: 'one' }, { body: 'two' }] });
    expect(sut.received('webhook-sink', 1).received).toHaveLength(1);
    expect((sut.received('mail-sink', 0).received[0] as ReceivedMail).raw).toContain('Subject: hello');
  });

  it('answers with a status, or sends elsewhere, and keeps what comes there', async () => {
    await sut.setFault('webhook-sink', '503');
    await expect(post('refused')).resolves.toMatchObject({ status: 503 });
    await sut.setFault('webhook-sink', 'redirect');
    await expect(post('followed')).resolves.toMatchObject({ status: 202, redirected: true });
    expect(sut.received('webhook-sink', 0).received).toMatchObject([{ path: '/elsewhere' }]);
    await sut.setFault('mail-sink', '451');
    await expect(mail(smtp, 'later')).resolves.toMatch(/^451/);
  });

  it('is not there while it is closed, and comes back at the same port with what it had', async () => {
    await post('before');
    for (const sink of ['webhook-sink', 'mail-sink'] as const) {
      await sut.setFault(sink, 'closed');
    }
    await expect(post('nobody')).rejects.toThrow();
    await expect(mail(smtp, 'nobody')).rejects.toThrow(/ECONNREFUSED/);
    for (const sink of ['webhook-sink', 'mail-sink'] as const) {
      await sut.setFault(sink, 'none');
    }
    await post('after');
    await expect(mail(smtp, 'after')).resolves.toMatch(/^250/);
    expect(sut.received('webhook-sink', 0)).toMatchObject({ received: [{ body: 'before' }, { body: 'after' }] });
  });

  it('takes its time', async () => {
    await sut.setFault('webhook-sink', 'slow:60000');
    await expect(fetch(url, { method: 'POST', body: 'slow', signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
  });

  it('refuses what it does not know', async () => {
    await expect(sut.setFault('mail-sink', 'redirect')).rejects.toMatchObject({ code: 'LAB_UNKNOWN_FAULT', message: 'no fault redirect at mail-sink; there are 451, 550, slow, closed and none' });
    expect(() => new LabSinks({ mail: false, webhook: false }).received('mail-sink', 0)).toThrow('start it with --mail-sink');
  });
});
