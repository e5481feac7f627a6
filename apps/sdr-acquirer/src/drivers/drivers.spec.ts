import { KiwiDialogue, type KiwiAction } from './kiwisdr/kiwi-dialogue';
import { parseMessage } from './kiwisdr/kiwi-message';
import { parseKiwiStatus } from './kiwisdr/kiwi-status';
import { parseSoundFrame } from './kiwisdr/sound-frame';
import { causeOf } from './receiver-failure';
import { LossByClock } from './rtl-tcp/loss-by-clock';
import { deviceRate, rtlCommand } from './rtl-tcp/rtl-wire';

const request = { frequencyHz: 7_000_000, sampleRateHz: 12_000, halfBandHz: 5_000, agc: false, gain: 50 };
const message = (text: string) => parseMessage(Buffer.from(`MSG ${text}`, 'latin1'));
const sent = (actions: readonly KiwiAction[]): string[] => actions.flatMap((action) => ('send' in action ? [action.send] : []));

describe(KiwiDialogue.name, () => {
  it('tunes in the order servers demand, with the rate they state', () => {
    const sut = new KiwiDialogue(request, '', 'Capstan');
    expect(sent(sut.begin())).toEqual(['SET options=1', 'SET auth t=kiwi p=']);
    expect(sut.take(message('badp=0'))).toEqual([{ step: 'tuning' }]);
    expect(sent(sut.take(message('audio_init=0 audio_rate=12000')))).toEqual(['SET AR OK in=12000 out=44100']);
    expect(sent(sut.take(message('sample_rate=12001.135000')))).toEqual([
      'SET squelch=0 max=0',
      'SET genattn=0',
      'SET gen=0 mix=-1',
      'SET ident_user=Capstan',
      'SET mod=iq low_cut=-5000 high_cut=5000 freq=7000.000',
      'SET agc=0 hang=0 thresh=-100 slope=6 decay=1000 manGain=50',
      'SET keepalive',
    ]);
    expect(sut.sampleRate).toBe(12_001.135);
  });

  it('tunes below a transverter and keeps the pass band inside of the rate', () => {
    const sut = new KiwiDialogue({ ...request, frequencyHz: 145_500_000, halfBandHz: 9_000 }, '', 'Capstan');
    sut.take(message('version_maj=1 version_min=730 freq_offset=116000.000'));
    expect(sent(sut.take(message('sample_rate=12001.135'))).find((line) => line.startsWith('SET mod'))).toBe('SET mod=iq low_cut=-5999 high_cut=5999 freq=29500.000');
  });

  it.each([
    ['too_busy=8', 'too_busy', true],
    ['reason_disabled=closed%20now down=1', 'down', false],
    ['exclusive_use', 'down', false],
    ['ip_limit=60,127.0.0.1', 'ip_limit', false],
    ['password_timeout', 'kicked', false],
    ['kiwi_kick=1,enough', 'kicked', false],
    ['badp=1', 'bad_password', false],
    ['badp=2', 'down', true],
    ['badp=5', 'duplicate_ip', true],
    ['badp=6', 'down', true],
    ['badp=9', 'protocol_error', false],
  ])('takes %s for %s', (text, cause, again) => {
    const [action] = new KiwiDialogue(request, 'x', 'Capstan').take(message(text));
    expect(action).toHaveProperty('fail');
    const error = (action as { fail: Error & { retryable: boolean } }).fail;
    expect([causeOf(error), error.retryable]).toEqual([cause, again]);
  });

  it('follows a redirect and ignores what it does not know', () => {
    const sut = new KiwiDialogue(request, '', 'Capstan');
    expect(sut.take(message('redirect=http%3A%2F%2Fother%3A8073'))).toEqual([{ redirect: 'http://other:8073' }]);
    expect(sut.take(message('brand_new=1 100%'))).toEqual([]);
  });
});

describe(parseSoundFrame.name, () => {
  const frame = (flags: number, age = 3): Buffer => {
    const buffer = Buffer.alloc(20 + 8);
    buffer.write('SND', 'latin1');
    buffer[3] = flags;
    buffer.writeUInt32LE(7, 4);
    buffer.writeUInt16BE(270, 8);
    buffer[10] = age;
    buffer.writeUInt32LE(532_941, 12);
    buffer.writeUInt32LE(42, 16);
    buffer.writeInt16BE(16_384, 20);
    return buffer;
  };

  it('reads header and samples', () => {
    expect(parseSoundFrame(frame(0x0a))).toMatchObject({ sequence: 7, overload: true, rssiDbm: -100, fixAgeSec: 3, gpsSecond: 532_941, gpsNanosecond: 42 });
    expect(parseSoundFrame(frame(0x08))?.samples[0]).toBe(0.5);
    expect(parseSoundFrame(frame(0x88))?.samples[0]).toBeCloseTo(64 / 32_768, 6);
  });

  it('has no time when the receiver never had a fix, and is nothing when it is mono or cut off', () => {
    expect(parseSoundFrame(frame(0x08, 255))?.fixAgeSec).toBeNull();
    expect(parseSoundFrame(frame(0x00))).toBeUndefined();
    expect(parseSoundFrame(Buffer.from('SND\x08'))).toBeUndefined();
  });
});

describe(parseKiwiStatus.name, () => {
  it('tells busy from off, and stamps that are switched off', () => {
    expect(parseKiwiStatus('status=active\nusers=2\nusers_max=8\ngps_good=9\ntdoa_ch=8\nsw_version=v1')).toMatchObject({ status: 'online', users: 2, gpsGood: true, software: 'v1' });
    expect(parseKiwiStatus('status=active\nusers=8\nusers_max=8\ngps_good=9\ntdoa_ch=-1')).toMatchObject({ status: 'busy', gpsGood: false });
    expect(parseKiwiStatus('offline=yes').status).toBe('offline');
  });
});

describe(LossByClock.name, () => {
  const feed = (sut: LossByClock, seconds: number, from: number, late: number): number => {
    let missing = 0;
    for (let block = 1; block <= seconds * 100; block += 1) {
      missing += sut.take(2_500, from + block * 10 + late + (block % 10 === 0 ? 0 : 4));
    }
    return missing;
  };

  it('finds nothing in a jittery stream without loss', () => {
    expect(feed(new LossByClock(250_000), 20, 1_000, 0)).toBe(0);
  });

  it('finds what is missing to a few milliseconds', () => {
    const sut = new LossByClock(250_000);
    feed(sut, 8, 1_000, 0);
    expect(Math.abs(feed(sut, 3, 9_000, 300) - 75_000)).toBeLessThan(2_000);
  });
});

describe(deviceRate.name, () => {
  it('finds the chip’s rate for a narrow one, and refuses what it cannot do', () => {
    expect(deviceRate(12_500)).toEqual({ device: 237_500, factor: 19 });
    expect(deviceRate(2_048_000)).toEqual({ device: 2_048_000, factor: 1 });
    expect(deviceRate(500_000)).toBeUndefined();
    expect([...rtlCommand(1, 433_920_000)]).toEqual([1, 0x19, 0xdd, 0x18, 0x00]);
  });
});
