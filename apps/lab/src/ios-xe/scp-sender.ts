import type { Duplex } from 'node:stream';

/**
 * The source's side of the old SCP protocol (`scp -f`), as a router speaks it: waits for a zero, tells mode, size and name,
 * waits again, and sends the bytes and a zero.
 */
export async function sendByScp(channel: Duplex, name: string, bytes: Buffer | undefined, signal: AbortSignal): Promise<void> {
  const acknowledgements = acknowledged(channel, signal);
  await acknowledgements.next();
  if (bytes === undefined) {
    channel.write(`\x01scp: ${name}: No such file or directory\n`);
    return;
  }
  channel.write(`C0644 ${bytes.length} ${name}\n`);
  await acknowledgements.next();
  for (let from = 0; from < bytes.length; from += PIECE) {
    if (!channel.write(bytes.subarray(from, from + PIECE))) {
      await drained(channel, signal);
    }
  }
  channel.write('\0');
  await acknowledgements.next();
}

const PIECE = 32_768;

async function* acknowledged(channel: Duplex, signal: AbortSignal): AsyncGenerator<void> {
  for await (const chunk of channel.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    signal.throwIfAborted();
    for (const byte of chunk) {
      if (byte === 0) {
        yield;
      }
    }
  }
}

function drained(channel: Duplex, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.once('drain', resolve);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
