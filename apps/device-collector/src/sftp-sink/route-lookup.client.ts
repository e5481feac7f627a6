import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { lookup } from 'node:dns/promises';

const ANY_PORT = 22;

/**
 * The local address from which this machine would talk to a host: the one that host most likely reaches us at. A UDP
 * socket is connected, which sends nothing.
 * @returns undefined when there is no route or no such name
 */
export async function localAddressTowards(host: string): Promise<string | undefined> {
  try {
    const { address, family } = isIP(host) === 0 ? await lookup(host) : { address: host, family: isIP(host) };
    return await new Promise((resolve) => {
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
      const settle = (result: string | undefined): void => {
        socket.close();
        resolve(result);
      };
      socket.once('error', () => settle(undefined));
      socket.connect(ANY_PORT, address, () => settle(socket.address().address));
    });
  } catch {
    return undefined;
  }
}
