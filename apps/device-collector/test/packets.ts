import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Slow enough for the kernel's capture buffer of 2 MiB when a busy machine lets tcpdump wait. */
const BURST = 100;
const BURST_PAUSE_MS = 25;

/** Sends UDP packets to loopback, one after the other. */
export async function sendPackets(port: number, count: number, bytes = 100): Promise<void> {
  const socket = createSocket('udp4');
  const payload = Buffer.alloc(bytes, 0x5a);
  for (let index = 1; index <= count; index += 1) {
    await new Promise<void>((resolve) => socket.send(payload, port, '127.0.0.1', () => resolve()));
    if (index % BURST === 0) {
      await new Promise((resolve) => setTimeout(resolve, BURST_PAUSE_MS));
    }
  }
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

/** What Wireshark's own tool counts. */
export function capinfosCount(file: Buffer): number {
  return Number(withFile(file, (path) => execFileSync('capinfos', ['-c', '-M', '-T', '-r', path], { encoding: 'utf8' })).trim().split('\t').at(-1));
}

/** How many packets of a capture file match a libpcap expression. */
export function countMatching(file: Buffer, expression: string): number {
  return withFile(file, (path) => execFileSync('tcpdump', ['-nn', '-r', path, expression], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 })).split('\n').filter((line) => line !== '').length;
}

function withFile<T>(file: Buffer, work: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-pcap-'));
  try {
    const path = join(folder, 'a.pcap');
    writeFileSync(path, file);
    return work(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
