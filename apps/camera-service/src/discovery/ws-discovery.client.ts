import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { DiscoveredCamera } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { probeMessage, readMatches } from './ws-discovery';

/** The question is sent more than once: UDP loses it, and sleepy devices miss the first one. */
const TRIES_AT_MS = [0, 250, 900] as const;
const MAX_PACKETS = 5_000;

/** How to search. */
export interface Search {
  /** Address and port that devices listen at. */
  readonly group: string;
  readonly messageId: () => string;
  readonly forMs: number;
  readonly mayBeAllowed: (address: string) => boolean;
}

/** A device that answered, before it is known whether it is kept already. */
export type FoundDevice = Omit<DiscoveredCamera, 'camera_ids'>;

/**
 * Asks every IPv4 network of this machine in which cameras may be (WS-Discovery 1.1 §5.2, ONVIF Core §7). Nothing is connected to:
 * what the answers say is told, and refused like any other address when somebody uses it.
 */
export async function searchNetworks(search: Search, clock: Clock): Promise<{ devices: FoundDevice[]; searched: readonly string[] }> {
  const [host = '', port = ''] = search.group.split(':');
  const found = new Map<string, FoundDevice>();
  let packets = 0;
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).filter(({ family, address }) => family === 'IPv4' && search.mayBeAllowed(address));
  const sockets = await Promise.all(interfaces.map(({ address }) => open(address)));
  try {
    for (const socket of sockets) {
      socket.on('message', (bytes, { address }) => {
        packets += 1;
        if (packets > MAX_PACKETS || !search.mayBeAllowed(address)) {
          return;
        }
        for (const device of readMatches(bytes.toString('utf8'))) {
          // A device that is reached through address translation tells an address of its own; the packet came from the one that works.
          const told = isIP(device.host) !== 0 && search.mayBeAllowed(device.host) ? device.host : address;
          found.set(`${told}:${device.port}`, { address: told, port: device.port, name: device.name, hardware: device.hardware, location: device.location });
        }
      });
    }
    let waited = 0;
    for (const at of [...TRIES_AT_MS, search.forMs]) {
      await clock.sleep(Math.max(0, at - waited));
      waited = Math.max(waited, at);
      if (at < search.forMs) {
        const question = Buffer.from(probeMessage(search.messageId()));
        sockets.forEach((socket) => socket.send(question, Number(port), host));
      }
    }
  } finally {
    sockets.forEach((socket) => socket.close());
  }
  return { devices: [...found.values()].sort((left, right) => left.address.localeCompare(right.address) || left.port - right.port), searched: interfaces.map(({ cidr, address }) => cidr ?? address) };
}

async function open(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.bind(0, address);
  await once(socket, 'listening');
  // A network that is down must not end the search of the others.
  socket.on('error', () => undefined);
  socket.setMulticastInterface(address);
  socket.setMulticastTTL(1);
  return socket;
}
