import { colourOf, levelOf, offsetOf, pixelsOf } from './waterfall-picture';

describe(pixelsOf.name, () => {
  it('makes silence black and full scale white', () => {
    expect([...pixelsOf(Uint8Array.of(0, 255))]).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
  });

  it('grows brighter with the level', () => {
    const brightness = Array.from({ length: 256 }, (_, byte) => colourOf(byte).reduce((sum, part) => sum + part, 0));
    expect(brightness.every((value, byte) => byte === 0 || value >= (brightness[byte - 1] ?? 0) - 2)).toBe(true);
  });
});

describe(offsetOf.name, () => {
  it('puts the tuned frequency in the middle', () => {
    expect(offsetOf(256, 512, 12_000)).toBe(0);
    expect(offsetOf(0, 512, 12_000)).toBe(-6_000);
    expect(levelOf(255)).toBe(0);
  });
});
