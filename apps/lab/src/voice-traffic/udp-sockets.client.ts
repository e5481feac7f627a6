import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { join } from 'node:path';
import { AppError } from '@capstan/kernel';

/** Sockets of one telephone system: SIP, and a pool of RTP ports each with its RTCP neighbour. */
export interface VoiceSockets {
  readonly sip: Socket;
  readonly media: ReadonlyArray<{ readonly port: number; readonly rtp: Socket; readonly rtcp: Socket }>;
}

/** The well-known SIP port (RFC 3261 §19.1.2). */
export const SIP_PORT = 5060;
const FIRST_MEDIA_PORT = 16_384;
/** Calls one host can hold at a time. */
const MEDIA_PAIRS = 12;

/** Every UDP port a telephone system uses, SIP first. */
export const VOICE_PORTS: readonly number[] = [
  SIP_PORT,
  ...Array.from({ length: MEDIA_PAIRS * 2 }, (_, offset) => FIRST_MEDIA_PORT + offset),
];

/** Binds one UDP socket. Never lets a send error (a link that is down) become an uncaught exception. */
export function bindUdp(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Opens the sockets in this process's own network namespace. */
export async function openVoiceSockets(address: string): Promise<VoiceSockets> {
  return arrange(await Promise.all(VOICE_PORTS.map((port) => bindUdp(address, port))));
}

/**
 * Opens the sockets inside the network namespace of process `initPid`. A socket belongs for life to the namespace it was
 * made in, so a short-lived child makes them there and hands them over; the traffic of all hosts then runs in this one
 * process instead of one per host.
 */
export async function openVoiceSocketsIn(initPid: number, address: string): Promise<VoiceSockets> {
  const opener = spawn(
    'nsenter',
    ['--target', String(initPid), '--net', process.execPath, join(__dirname, 'socket-opener.js'), address],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  try {
    return arrange(await received(opener));
  } finally {
    opener.kill('SIGKILL');
  }
}

function received(opener: ChildProcess): Promise<Socket[]> {
  return new Promise((resolve, reject) => {
    const sockets = new Map<number, Socket>();
    opener.on('message', (port: number, socket) => {
      sockets.set(port, socket as Socket);
      if (sockets.size === VOICE_PORTS.length) {
        resolve(VOICE_PORTS.flatMap((wanted) => sockets.get(wanted) ?? []));
      }
    });
    opener.once('error', reject);
    opener.once('exit', (code) => reject(new AppError('LAB_SOCKETS_FAILED', `the voice sockets of a host could not be opened (exit ${code})`)));
  });
}

function arrange([sip, ...media]: Socket[]): VoiceSockets {
  if (!sip) {
    throw new AppError('LAB_SOCKETS_FAILED', 'no SIP socket');
  }
  for (const socket of [sip, ...media]) {
    socket.on('error', () => undefined);
    socket.unref();
  }
  return {
    sip,
    media: Array.from({ length: media.length / 2 }, (_, pair) => ({
      port: FIRST_MEDIA_PORT + pair * 2,
      rtp: media[pair * 2] as Socket,
      rtcp: media[pair * 2 + 1] as Socket,
    })),
  };
}

/** Closes all of them. */
export function closeVoiceSockets(sockets: VoiceSockets): void {
  sockets.sip.close();
  for (const pair of sockets.media) {
    pair.rtp.close();
    pair.rtcp.close();
  }
}
