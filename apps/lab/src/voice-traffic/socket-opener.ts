import { bindUdp, VOICE_PORTS } from './udp-sockets.client';

/** Runs inside a host's network namespace: binds the voice ports of the address in its argument and hands them to its parent. */
async function handOver(address: string): Promise<void> {
  for (const port of VOICE_PORTS) {
    const socket = await bindUdp(address, port);
    process.send?.(port, socket);
  }
}

handOver(process.argv[2] ?? '').catch((error: Error) => {
  process.stderr.write(`voice sockets: ${error.message}\n`);
  process.exit(1);
});
// The parent ends this process once it holds every socket; if the parent dies first, the channel closes.
process.on('disconnect', () => process.exit(0));
