import type { RecordedPacket } from './voice-calls';

/** A simple filter, in the words of the API's flat filter; all given parts must match. */
export interface PacketFilter {
  /** Either direction. */
  readonly host?: string;
  readonly src?: string;
  readonly dest?: string;
  /** Either direction. */
  readonly port?: number;
}

/** Whether a device with this filter keeps the packet. All packets here are UDP over IPv4. */
export function matches(filter: PacketFilter, { source, destination }: RecordedPacket): boolean {
  const { host, src, dest, port } = filter;
  return (
    (host === undefined || source.address === host || destination.address === host) &&
    (src === undefined || source.address === src) &&
    (dest === undefined || destination.address === dest) &&
    (port === undefined || source.port === port || destination.port === port)
  );
}

/** Only what the filter keeps. */
export function* filtered(packets: Iterable<RecordedPacket>, keep: (packet: RecordedPacket) => boolean): Generator<RecordedPacket> {
  for (const packet of packets) {
    if (keep(packet)) {
      yield packet;
    }
  }
}
