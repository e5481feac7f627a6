import { SignalWatch } from './signal-watch';

const good = { power_dbfs: -20, clip_count: 0, snr_db: 20 };

describe(SignalWatch.name, () => {
  it('warns once when three chunks are overdriven, however far apart', () => {
    const sut = new SignalWatch();
    const codes = [good, { ...good, clip_count: 1 }, good, { ...good, power_dbfs: -0.9 }, { ...good, clip_count: 5 }, { ...good, clip_count: 5 }].map((metrics) => sut.look(metrics).map(({ code }) => code));
    expect(codes).toEqual([[], [], [], [], ['overdriven'], []]);
  });

  it('warns once when three chunks in a row are weak', () => {
    const sut = new SignalWatch();
    const weak = { ...good, snr_db: 2.9 };
    const codes = [weak, weak, good, weak, weak, weak, weak, good, weak, weak, weak].map((metrics) => sut.look(metrics).map(({ code }) => code));
    expect(codes.flat()).toEqual(['weak_signal']);
    expect(codes[5]).toEqual(['weak_signal']);
  });

  it('says nothing of a good signal at its limits', () => {
    const sut = new SignalWatch();
    expect(Array.from({ length: 9 }, () => sut.look({ power_dbfs: -1, clip_count: 0, snr_db: 3 })).flat()).toEqual([]);
  });
});
