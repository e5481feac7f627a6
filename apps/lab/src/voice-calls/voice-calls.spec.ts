import { captureBytes, captureChunks, filtered, matches, rotatedCaptureBytes, VOICE_DEVICES, VoiceCalls } from '../index';

const EPOCH = Date.UTC(2026, 10, 1, 9);
const SPAN_MS = 22_000;

function packetsIn(file: Buffer): number {
  let [position, count] = [24, 0];
  while (position < file.length) {
    position += 16 + file.readUInt32LE(position + 8);
    count += 1;
  }
  return count;
}

describe(VoiceCalls.name, () => {
  const sut = new VoiceCalls({ seed: 7, epoch: EPOCH, clocks: { cucm: { offsetMs: 1_500 }, cube: { offsetMs: -40, driftPpm: 100, since: EPOCH } } });

  it.each(VOICE_DEVICES)('shows %s its own legs, in order of time', (device) => {
    const packets = [...sut.packets(device, EPOCH, EPOCH + SPAN_MS)];
    expect(packets.length).toBeGreaterThan(50);
    expect(packets.every((packet, index) => index === 0 || packet.at >= (packets[index - 1]?.at ?? 0))).toBe(true);
    expect(packets.some(({ content }) => content.kind === 'rtp')).toBe(device !== 'cucm');
  });

  it('gives the same bytes again, and the same packets in two halves as in one', () => {
    const whole = captureBytes(sut.packets('cube', EPOCH, EPOCH + SPAN_MS));
    const again = new VoiceCalls({ seed: 7, epoch: EPOCH, clocks: { cube: { offsetMs: -40, driftPpm: 100, since: EPOCH } } });
    const halves = [again.packets('cube', EPOCH, EPOCH + 9_000), again.packets('cube', EPOCH + 9_000, EPOCH + SPAN_MS)].flatMap((half) => [...half]);
    expect(captureBytes(halves).equals(whole)).toBe(true);
  });

  it('stamps packets with the clock of the device', () => {
    const [first] = sut.packets('cucm', EPOCH, EPOCH + SPAN_MS);
    expect(first && first.deviceTime - first.at).toBeCloseTo(1_500, 3);
    const last = [...sut.packets('cube', EPOCH, EPOCH + SPAN_MS)].at(-1);
    expect(last && last.deviceTime - last.at).toBeCloseTo(-40 + ((last?.at ?? 0) - EPOCH) * 1e-4, 3);
  });

  it('lets a message travel from device to device under changing Call-IDs', () => {
    const [call] = sut.truth(EPOCH, EPOCH + SPAN_MS);
    expect(call?.callIds).toHaveLength(4);
    const invites = call?.messages.filter(({ method }) => method === 'INVITE') ?? [];
    expect(invites.map(({ device }) => device)).toEqual(['expressway', 'expressway', 'cucm', 'cucm', 'cube', 'cube', 'csr1000v', 'linux']);
    expect(invites.every(({ at }, index) => index === 0 || at > (invites[index - 1]?.at ?? 0))).toBe(true);
  });

  it('has calls of every kind, and says what is missing where', () => {
    const truth = sut.truth(EPOCH, EPOCH + SPAN_MS);
    expect(new Set(truth.map(({ scenario }) => scenario.name)).size).toBe(9);
    const lossy = truth.find(({ scenario }) => scenario.name === 'loss and jitter inside');
    const lostAt = (device: string): number[] => lossy?.streams.filter((stream) => stream.device === device).map(({ lost }) => lost) ?? [];
    expect(lostAt('expressway')).toEqual([0, 0, 0, 0]);
    expect(Math.max(...lostAt('cube'))).toBeGreaterThan(3);
    const oneWay = truth.find(({ scenario }) => scenario.name === 'one-way audio');
    expect(oneWay?.streams.filter(({ device }) => device === 'expressway')).toHaveLength(2);
    expect(oneWay?.streams.filter(({ device }) => device === 'linux')).toHaveLength(2);
  });
});

describe(captureBytes.name, () => {
  const calls = new VoiceCalls({ seed: 1, epoch: EPOCH });
  const packets = [...calls.packets('cucm', EPOCH, EPOCH + SPAN_MS)];

  it('writes a record per packet', () => {
    expect(packetsIn(captureBytes(packets))).toBe(packets.length);
    expect([...captureChunks(packets)]).toHaveLength(packets.length + 1);
  });

  it('filters by address and port', () => {
    const kept = [...filtered(packets, (packet) => matches({ host: '10.10.30.5', port: 5060 }, packet))];
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(packets.length);
  });

  it('rotates by size and keeps the newest files', () => {
    const all = rotatedCaptureBytes(packets, { fileBytes: 8_192 });
    expect(all.length).toBeGreaterThan(3);
    expect(all.every((file) => file.length <= 8_192)).toBe(true);
    expect(all.reduce((sum, file) => sum + packetsIn(file), 0)).toBe(packets.length);
    expect(rotatedCaptureBytes(packets, { fileBytes: 8_192, maxFiles: 2 })).toEqual(all.slice(-2));
  });
});
