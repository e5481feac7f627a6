import type { VoiceCalls } from '../voice-calls/voice-calls';
import type { VoiceDevice } from '../voice-calls/voice-network';

/** A packet that passes a router. */
export interface RouterPacket {
  /** True instant, Unix milliseconds. */
  readonly at: number;
  /** What the router's clock showed, Unix milliseconds with fraction. */
  readonly deviceTime: number;
  /** Number of the protocol in IP. */
  readonly protocol: number;
  readonly source: { readonly address: string; readonly port: number };
  readonly destination: { readonly address: string; readonly port: number };
  readonly frame: Buffer;
}

/** What passes a router in [`from`, `to`), true instants in Unix milliseconds, in order. */
export interface RouterPackets {
  packets(from: number, to: number): Iterable<RouterPacket>;
}

const UDP = 17;
const TCP = 6;

/** Calls are played in pieces of this length, so that what is looked at again and again is played once. */
const PIECE_MS = 2_000;
const PIECES_KEPT = 16;

/** The calls of the voice network, as one of its routers sees them. */
export function callPackets(calls: VoiceCalls, device: VoiceDevice): RouterPackets {
  const pieces = new Map<number, readonly RouterPacket[]>();
  const piece = (number: number): readonly RouterPacket[] => {
    const known = pieces.get(number);
    if (known !== undefined) {
      return known;
    }
    const played = [...calls.packets(device, number * PIECE_MS, (number + 1) * PIECE_MS)].map(({ at, deviceTime, source, destination, frame }) => ({ at, deviceTime, protocol: UDP, source, destination, frame }));
    pieces.set(number, played);
    if (pieces.size > PIECES_KEPT) {
      pieces.delete([...pieces.keys()][0] ?? 0);
    }
    return played;
  };
  return {
    *packets(from, to) {
      for (let number = Math.floor(from / PIECE_MS); number * PIECE_MS < to; number += 1) {
        yield* piece(number).filter(({ at }) => at >= from && at < to);
      }
    },
  };
}

/** One packet of an SSH session with the router itself. */
export function sshPacket(at: number, deviceTime: number, source: RouterPacket['source'], destination: RouterPacket['source']): RouterPacket {
  const frame = Buffer.alloc(14 + 20 + 20 + 32);
  frame.writeUInt16BE(0x0800, 12);
  const ip = frame.subarray(14);
  ip[0] = 0x45;
  ip.writeUInt16BE(ip.length, 2);
  ip[8] = 255;
  ip[9] = TCP;
  Buffer.from(source.address.split('.').map(Number)).copy(ip, 12);
  Buffer.from(destination.address.split('.').map(Number)).copy(ip, 16);
  ip.writeUInt16BE(source.port, 20);
  ip.writeUInt16BE(destination.port, 22);
  ip[32] = 0x50;
  ip[33] = 0x18;
  return { at, deviceTime, protocol: TCP, source, destination, frame };
}
