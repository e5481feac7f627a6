import { conversionArguments, encodedFrames, filmSize, pictureArguments } from './film-command';

describe(filmSize.name, () => {
  it.each([
    [1_920, 1_080, 1_280, 1_280, 720],
    [641, 361, 1_280, 640, 360],
    [640, 480, 321, 320, 240],
    [1_080, 1_920, 640, 640, 1_138],
  ])('%d×%d at most %d wide is %d×%d', (width, height, widest, wide, high) => {
    expect(filmSize({ width, height }, widest)).toEqual({ width: wide, height: high });
  });
});

describe(encodedFrames.name, () => {
  it('reads the newest count', () => {
    expect(encodedFrames('frame=12\nfps=3\nprogress=continue\nframe= 40\n')).toBe(40);
    expect(encodedFrames('fps=3\nprogress=end\n')).toBeUndefined();
  });
});

describe('arguments of the encoder', () => {
  it.each(['h264', 'h265', 'vp9'] as const)('read and write pipes only, for %s', (codec) => {
    for (const args of [pictureArguments(codec, 12, { width: 640, height: 360 }), conversionArguments(codec)]) {
      expect(args[args.indexOf('-i') + 1]).toBe('pipe:0');
      expect(args.at(-1)).toBe('pipe:1');
    }
  });
});
