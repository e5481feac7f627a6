import { captureBytes, VoiceCalls } from '@capstan/lab';
import { DriftRewriter } from './drift-rewriter';

const EPOCH = Date.UTC(2026, 10, 1, 9);

function timesOf(file: Buffer): number[] {
  const times: number[] = [];
  for (let position = 24; position < file.length; position += 16 + file.readUInt32LE(position + 8)) {
    times.push(file.readUInt32LE(position) * 1_000 + file.readUInt32LE(position + 4) / 1_000);
  }
  return times;
}

describe(DriftRewriter.name, () => {
  const clock = { offsetMs: -750, driftPpm: 400, since: EPOCH };
  const calls = new VoiceCalls({ seed: 3, epoch: EPOCH, clocks: { cucm: clock } });
  const packets = [...calls.packets('cucm', EPOCH, EPOCH + 9_000)];
  const raw = captureBytes(packets);
  const correction = { method: 'linear', offsetMs: -750, from: EPOCH - 750, slope: 400e-6 / (1 + 400e-6), uncertaintyMs: 1 } as const;

  it.each([1, 7, 16, 100, 4_096, 1_000_000])('gives every packet its true time, read in pieces of %i bytes', (size) => {
    const sut = new DriftRewriter(correction);
    const pieces: Buffer[] = [];
    for (let at = 0; at < raw.length; at += size) {
      pieces.push(sut.push(raw.subarray(at, at + size)));
    }
    const corrected = Buffer.concat(pieces);
    expect(corrected.length).toBe(raw.length);
    const worst = Math.max(...timesOf(corrected).map((time, index) => Math.abs(time - (packets[index]?.at ?? 0))));
    expect(worst).toBeLessThan(0.003);
  });

  it('leaves the bytes it was given alone', () => {
    const before = Buffer.from(raw);
    new DriftRewriter(correction).push(raw);
    expect(raw.equals(before)).toBe(true);
  });

  it('refuses what is not a capture', () => {
    expect(() => new DriftRewriter(correction).push(Buffer.alloc(100))).toThrow(expect.objectContaining({ code: 'CAPTURE_UNREADABLE' }));
  });
});
