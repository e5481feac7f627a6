/** Samples, and timestamp units, in one 20 ms packet at 8000 Hz. */
export const SAMPLES_PER_PACKET = 160;

/** Milliseconds between two packets. */
export const PACKET_MS = 20;

const RTP_VERSION = 0x80;
const PAYLOAD_TYPE_PCMU = 0;
const MARKER = 0x80;
const RTCP_SENDER_REPORT = 200;
const RTCP_SOURCE_DESCRIPTION = 202;
const CNAME = 1;
/** Seconds between the NTP epoch (1900) and the Unix epoch. */
const NTP_OFFSET_S = 2_208_988_800;

/** Fields of an RTP header that change between packets. */
export interface RtpFields {
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits, in samples. */
  readonly timestamp: number;
  /** 32 bits. */
  readonly ssrc: number;
  /** Set on the first packet after silence (RFC 3551 §4.1). */
  readonly marker: boolean;
  /** 7 bits (RFC 3551 §6). Default 0, G.711 µ-law. */
  readonly payloadType?: number;
}

/** One RTP packet (RFC 3550 §5.1). */
export function rtpPacket(fields: RtpFields, payload: Uint8Array): Buffer {
  const packet = Buffer.alloc(12 + payload.length);
  packet.writeUInt8(RTP_VERSION, 0);
  packet.writeUInt8((fields.marker ? MARKER : 0) | (fields.payloadType ?? PAYLOAD_TYPE_PCMU), 1);
  packet.writeUInt16BE(fields.sequence & 0xffff, 2);
  packet.writeUInt32BE(fields.timestamp >>> 0, 4);
  packet.writeUInt32BE(fields.ssrc >>> 0, 8);
  packet.set(payload, 12);
  return packet;
}

/** What a sender tells about its stream. */
export interface SenderReport {
  readonly ssrc: number;
  readonly timestamp: number;
  readonly packets: number;
  readonly bytes: number;
  readonly unixMs: number;
  /** Canonical name of the sender, e.g. `1001@198.18.1.1`; at most 255 bytes. */
  readonly cname: string;
}

/** Compound RTCP packet: sender report and the CNAME every compound must carry (RFC 3550 §6.1, §6.4.1, §6.5). */
export function rtcpSenderReport(report: SenderReport): Buffer {
  const sender = Buffer.alloc(28);
  sender.writeUInt8(RTP_VERSION, 0);
  sender.writeUInt8(RTCP_SENDER_REPORT, 1);
  sender.writeUInt16BE(sender.length / 4 - 1, 2);
  sender.writeUInt32BE(report.ssrc >>> 0, 4);
  sender.writeUInt32BE((Math.floor(report.unixMs / 1000) + NTP_OFFSET_S) >>> 0, 8);
  sender.writeUInt32BE(Math.floor(((report.unixMs % 1000) / 1000) * 2 ** 32) >>> 0, 12);
  sender.writeUInt32BE(report.timestamp >>> 0, 16);
  sender.writeUInt32BE(report.packets >>> 0, 20);
  sender.writeUInt32BE(report.bytes >>> 0, 24);

  const cname = Buffer.from(report.cname, 'ascii');
  // Header, SSRC, item type and length, text, and at least one zero byte up to a multiple of four.
  const description = Buffer.alloc(4 * Math.ceil((4 + 4 + 2 + cname.length + 1) / 4));
  description.writeUInt8(RTP_VERSION | 1, 0);
  description.writeUInt8(RTCP_SOURCE_DESCRIPTION, 1);
  description.writeUInt16BE(description.length / 4 - 1, 2);
  description.writeUInt32BE(report.ssrc >>> 0, 4);
  description.writeUInt8(CNAME, 8);
  description.writeUInt8(cname.length, 9);
  cname.copy(description, 10);
  return Buffer.concat([sender, description]);
}

/** One linear 16-bit sample as G.711 µ-law: sign, three bits of segment, four of mantissa, all inverted (ITU-T G.711). */
export function muLaw(sample: number): number {
  const BIAS = 132;
  const CLIP = 32_635;
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(Math.round(sample)), CLIP) + BIAS;
  const segment = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
}

/** One second of a tone as 50 payloads. A whole number of hertz repeats without a click. */
export function tonePayloads(hertz: number): Uint8Array[] {
  const AMPLITUDE = 8000;
  return Array.from({ length: 1000 / PACKET_MS }, (_, packet) =>
    Uint8Array.from({ length: SAMPLES_PER_PACKET }, (__, sample) => {
      const position = (packet * SAMPLES_PER_PACKET + sample) / 8000;
      return muLaw(AMPLITUDE * Math.sin(2 * Math.PI * hertz * position));
    }),
  );
}
