import { authorization, readChallenge } from './authorization';
import { FrameAssembler } from './frame-assembler';
import { GroupOfPictures } from './group-of-pictures';
import { sizeOfH264 } from './picture-size';
import { RtpStatistics } from './rtp-statistics';
import { readRtp, wrappedDifference } from './rtp-packet';
import { type RtspListener, RtspReader } from './rtsp-message';
import { readVideoTrack } from './session-description';
import type { VideoFrame } from './video-codec';

/** SPS of a 1280×720 stream of x264. */
const SPS = Buffer.from('6742c01fd900500 5bb0110000003001000000303c8f1832a'.replace(' ', ''), 'hex');

describe(readChallenge.name, () => {
  it('prefers Digest with SHA-256 to MD5, and Digest to Basic', () => {
    const all = ['Basic realm="cam"', 'Digest realm="cam", nonce="1", algorithm=MD5', 'Digest realm="cam", nonce="2", algorithm=SHA-256'];
    expect(readChallenge(all)?.fields['nonce']).toBe('2');
    expect(readChallenge(all.slice(0, 2))?.fields['nonce']).toBe('1');
    expect(readChallenge(all.slice(0, 1))?.scheme).toBe('basic');
    expect(readChallenge(['Digest realm="cam", nonce="1", algorithm=TOKEN'])).toBeUndefined();
  });
});

describe(authorization.name, () => {
  it('computes the example of RFC 2617 §3.5', () => {
    const challenge = readChallenge(['Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'])!;
    expect(authorization(challenge, { username: 'Mufasa', password: 'Circle Of Life' }, 'GET', '/dir/index.html', 1, '0a4f113b')).toContain('response="6629fae49393a05397450978507c4ef1"');
  });
});

describe(RtspReader.name, () => {
  const heard = () => {
    const items: object[] = [];
    const listener: RtspListener = {
      frame: (channel, payload) => void items.push({ channel, payload: Buffer.from(payload) }),
      response: ({ status, body, headers }) => void items.push({ status, body, challenges: headers.get('www-authenticate') }),
      request: (method, cseq) => void items.push({ method, cseq }),
    };
    return { items, listener };
  };

  it('reads responses, requests and frames in whatever pieces they come', () => {
    const bytes = Buffer.concat([
      Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\nabc'),
      Buffer.from([0x24, 2, 0, 2, 9, 8]),
      Buffer.from('RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Basic realm="x"\r\nWWW-Authenticate: Digest realm="x"\r\n\r\n'),
      Buffer.from('OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: 7\r\n\r\n'),
    ]);
    const expected = [{ status: 200, body: Buffer.from('abc'), challenges: undefined }, { channel: 2, payload: Buffer.from([9, 8]) }, { status: 401, body: Buffer.alloc(0), challenges: ['Basic realm="x"', 'Digest realm="x"'] }, { method: 'OPTIONS', cseq: '7' }];
    for (const size of [1, 7, bytes.length]) {
      const { items, listener } = heard();
      const sut = new RtspReader();
      for (let at = 0; at < bytes.length; at += size) {
        sut.push(bytes.subarray(at, at + size), listener);
      }
      expect(items).toEqual(expected);
    }
  });

  it('reads for ever from memory of one size', () => {
    const { items, listener } = heard();
    const sut = new RtspReader();
    const frame = Buffer.concat([Buffer.from([0x24, 0, 0xff, 0xff]), Buffer.alloc(65_535, 7)]);
    for (let count = 0; count < 20; count += 1) {
      sut.push(frame, listener);
    }
    expect(items).toHaveLength(20);
    expect(sut.room().length).toBe(192 * 1024);
  });

  it.each(['HTTP/1.1 200 OK\r\n\r\n', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', '\x00\x01\x02\x03\x04'])('refuses %j', (text) => {
    expect(() => new RtspReader().push(Buffer.from(text), heard().listener)).toThrow('does not answer in RTSP');
  });
});

describe(readVideoTrack.name, () => {
  const sdp = (media: string): string => `v=0\r\ns=cam\r\na=control:*\r\nm=audio 0 RTP/AVP 0\r\na=control:track1\r\n${media}`;

  it('finds the video behind the audio, with its parameter sets', () => {
    const track = readVideoTrack(sdp(`m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=${SPS.toString('base64')},aM44gA==\r\na=framerate:25\r\na=control:track2\r\n`), 'rtsp://h/live');
    expect(track).toMatchObject({ codec: 'h264', payloadType: 96, control: 'rtsp://h/live/track2', sessionControl: 'rtsp://h/live', fps: 25 });
    expect(track.parameterSets).toHaveLength(2);
  });

  it('knows JPEG by its number alone', () => {
    expect(readVideoTrack(sdp('m=video 0 RTP/AVP 26\r\n'), 'rtsp://h/live')).toMatchObject({ codec: 'mjpeg', payloadType: 26, parameterSets: [] });
  });

  it('says so when there is no video that can be read', () => {
    expect(() => readVideoTrack(sdp('m=video 0 RTP/AVP 97\r\na=rtpmap:97 VP8/90000\r\n'), 'rtsp://h/')).toThrow('no H.264');
  });
});

describe(FrameAssembler.name, () => {
  const build = () => {
    const frames: VideoFrame[] = [];
    return { frames, sut: new FrameAssembler('h264', () => 1_000, (frame) => frames.push({ ...frame, data: Buffer.from(frame.data) })) };
  };
  const packet = (sequence: number, timestamp: number, marker: boolean, ...payload: number[]) => ({ payloadType: 96, marker, sequence: sequence & 0xffff, timestamp, ssrc: 1, payload: Buffer.from(payload) });

  it('waits for a keyframe, and joins fragments', () => {
    const { frames, sut } = build();
    sut.push(packet(65_534, 1, true, 0x41, 1));
    sut.push(packet(65_535, 2, false, 0x7c, 0x85, 1));
    sut.push(packet(0, 2, false, 0x7c, 0x05, 2));
    sut.push(packet(1, 2, true, 0x7c, 0x45, 3));
    expect(frames.map(({ data, key }) => [data.toString('hex'), key])).toEqual([['0000000165010203', true]]);
  });

  it('puts packets back into order', () => {
    const { frames, sut } = build();
    sut.push(packet(1, 1, false, 0x7c, 0x85, 1));
    sut.push(packet(3, 1, true, 0x7c, 0x45, 3));
    sut.push(packet(2, 1, false, 0x7c, 0x05, 2));
    expect(frames).toHaveLength(1);
  });

  it('hands out no frame with a hole, nor those that build on it', () => {
    const { frames, sut } = build();
    sut.push(packet(1, 1, true, 0x65, 1));
    sut.push(packet(2, 2, false, 0x7c, 0x81, 1));
    // Packet 3 never comes.
    for (let sequence = 4; sequence < 30; sequence += 1) {
      sut.push(packet(sequence, sequence, true, 0x41, sequence));
    }
    expect(frames).toHaveLength(1);
    expect(sut.damagedFrames).toBeGreaterThan(0);
    sut.push(packet(30, 30, true, 0x65, 9));
    expect(frames).toHaveLength(2);
  });
});

describe(GroupOfPictures.name, () => {
  const frame = (key: boolean, arrivedAt: number): VideoFrame => ({ data: Buffer.from([0, 0, 0, 1, key ? 0x65 : 0x41, arrivedAt]), key, rtpTime: 0, arrivedAt });

  it('keeps the frames since the last keyframe, behind the parameter sets', () => {
    const sut = new GroupOfPictures('h264', [SPS, Buffer.from([0x68, 1, 2, 3])]);
    sut.add(frame(false, 1));
    expect(sut.current()).toBeUndefined();
    [frame(true, 2), frame(false, 3), frame(true, 4), frame(false, 5)].forEach((each) => sut.add(each));
    expect(sut.current()).toMatchObject({ frames: 2, frameAt: 5 });
    expect(sut.current()?.data.subarray(4, 5)).toEqual(SPS.subarray(0, 1));
    expect(sut.keyframe()).toMatchObject({ frames: 1, frameAt: 4 });
    expect(sut.size()).toEqual(sizeOfH264(SPS));
    expect(sizeOfH264(SPS)).toEqual({ width: 1280, height: 720 });
  });
});

describe('memory of a group', () => {
  it('grows with a busy scene and is given back after a while, and is never mixed up with the next group', () => {
    const sut = new GroupOfPictures('h264', [SPS, Buffer.from([0x68, 1, 2, 3])]);
    const add = (key: boolean, size: number, fill: number): void => sut.add({ data: Buffer.alloc(size, fill), key, rtpTime: 0, arrivedAt: fill });
    add(true, 1_000_000, 1);
    const before = sut.current();
    expect(sut.keptBytes).toBeGreaterThanOrEqual(1_000_000);
    for (let group = 0; group < 20; group += 1) {
      add(true, 1_000, 2);
    }
    expect(sut.keptBytes).toBeLessThan(300_000);
    expect([before?.data.at(-1), sut.current()?.data.at(-1)]).toEqual([1, 2]);
  });
});

describe(RtpStatistics.name, () => {
  it('tells rate, loss and distance of keyframes', () => {
    const sut = new RtpStatistics(90_000);
    for (let index = 0; index < 100; index += 1) {
      if (index % 10 !== 5) {
        sut.packet({ payloadType: 96, marker: true, sequence: (65_500 + index) & 0xffff, timestamp: index * 3_600, ssrc: 1, payload: Buffer.alloc(988) }, index * 40);
        sut.frame({ data: Buffer.alloc(1), key: index % 25 === 0, rtpTime: index * 3_600, arrivedAt: index * 40 });
      }
    }
    const figures = sut.figures(99 * 40);
    expect(figures.lossPct).toBeCloseTo(10, 0);
    expect(figures.fps).toBeCloseTo(22.5, 0);
    expect(figures.jitterMs).toBeLessThan(1);
    expect(figures.gopMs).toBe(2_000);
  });
});

describe(readRtp.name, () => {
  it('skips extensions and padding, and refuses what is not RTP', () => {
    const bytes = Buffer.from([0xb0, 0xe0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 1, 2, 3, 4, 42, 43, 0, 2]);
    expect(readRtp(bytes)).toMatchObject({ payloadType: 96, marker: true, sequence: 7, timestamp: 9, payload: Buffer.from([42, 43]) });
    expect(readRtp(Buffer.from([0x40, 1, 2]))).toBeUndefined();
  });

  it('counts across the wrap', () => {
    expect(wrappedDifference(1, 65_535, 16)).toBe(2);
    expect(wrappedDifference(65_535, 1, 16)).toBe(-2);
  });
});
