import { muLaw, rtcpSenderReport, rtpPacket, tonePayloads } from './rtp-packets';

describe(rtpPacket.name, () => {
  it('writes the header of RFC 3550 §5.1', () => {
    const packet = rtpPacket({ sequence: 0x1234, timestamp: 0xdeadbeef, ssrc: 0xcafe0001, marker: true }, Uint8Array.of(1, 2));
    expect(packet.toString('hex')).toBe('80801234deadbeefcafe00010102');
  });

  it('wraps sequence number and timestamp', () => {
    const packet = rtpPacket({ sequence: 0x1_0001, timestamp: 2 ** 32 + 5, ssrc: 1, marker: false }, new Uint8Array());
    expect(packet.readUInt16BE(2)).toBe(1);
    expect(packet.readUInt32BE(4)).toBe(5);
    expect(packet[1]).toBe(0);
  });
});

describe(rtcpSenderReport.name, () => {
  const report = rtcpSenderReport({ ssrc: 9, timestamp: 160, packets: 1, bytes: 160, unixMs: 500, cname: '1001@198.18.1.1' });

  it('tells the length of each part in 32-bit words less one', () => {
    const first = 4 * (report.readUInt16BE(2) + 1);
    expect(report[1]).toBe(200);
    expect(report[first + 1]).toBe(202);
    expect(first + 4 * (report.readUInt16BE(first + 2) + 1)).toBe(report.length);
  });

  it('counts NTP time from 1900', () => {
    expect(report.readUInt32BE(8)).toBe(2_208_988_800);
    expect(report.readUInt32BE(12)).toBe(2 ** 31);
  });

  it('ends the CNAME item with at least one zero byte', () => {
    expect(report.toString('latin1', 28 + 10, 28 + 10 + 15)).toBe('1001@198.18.1.1');
    expect(report.at(-1)).toBe(0);
  });
});

describe(muLaw.name, () => {
  it.each([
    [0, 0xff],
    [-1, 0x7f],
    [32_767, 0x80],
    [-32_768, 0x00],
    [1000, 0xce],
  ])('encodes %i as ITU-T G.711 does', (sample, code) => {
    expect(muLaw(sample)).toBe(code);
  });
});

describe(tonePayloads.name, () => {
  it('is one second in packets of 20 ms', () => {
    const payloads = tonePayloads(440);
    expect(payloads).toHaveLength(50);
    expect(payloads.every((payload) => payload.length === 160)).toBe(true);
  });
});
