import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { cameraError } from './rtsp-error';

const ATTEMPTS = 20;
const RECEIVE_BUFFER = 2 * 1024 * 1024;

/** A pair of UDP ports for RTP and RTCP: an even one and the next (RFC 3550 §11). */
export interface UdpPair {
  readonly port: number;
  onRtp(listener: (packet: Buffer, from: string) => void): void;
  close(): void;
}

/** @throws AppError `CAMERA_TRANSPORT` when no pair is free */
export async function openUdpPair(ipv6: boolean): Promise<UdpPair> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const rtp = await bind(0, ipv6);
    const port = rtp?.address().port ?? 1;
    const rtcp = port % 2 === 0 ? await bind(port + 1, ipv6) : undefined;
    if (rtp !== undefined && rtcp !== undefined) {
      let open = true;
      return {
        port,
        onRtp: (listener) => void rtp.on('message', (packet, { address }) => listener(packet, address)),
        close: () => {
          if (open) {
            open = false;
            rtp.close();
            rtcp.close();
          }
        },
      };
    }
    rtp?.close();
    rtcp?.close();
  }
  throw cameraError('CAMERA_TRANSPORT', 'No pair of UDP ports is free');
}

async function bind(port: number, ipv6: boolean): Promise<Socket | undefined> {
  const socket = createSocket({ type: ipv6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER });
  try {
    socket.bind(port);
    await once(socket, 'listening');
    socket.on('error', () => undefined);
    return socket;
  } catch {
    socket.close();
    return undefined;
  }
}
