import { createHash } from 'node:crypto';
import { atHost, readClock, readMediaAddress, readProfiles, readUri, suggest } from './onvif-answers';
import { elements, escapeXml, soapRequest, textOf } from './soap';
import { probeMessage, readMatches } from './ws-discovery';

const profile = (token: string, encoding: string, width: number, height: number): string =>
  `<trt:Profiles token="${token}" fixed="true"><tt:Name>${token} &amp; more</tt:Name><tt:VideoEncoderConfiguration token="v"><tt:Encoding>${encoding}</tt:Encoding><tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit></tt:RateControl></tt:VideoEncoderConfiguration></trt:Profiles>`;

describe(soapRequest.name, () => {
  it('signs with the digest of nonce, time and password, and never with the password', () => {
    const nonce = Buffer.from('0123456789abcdef');
    const text = soapRequest('<GetProfiles/>', { username: 'a<b', password: 'p@ss:w/rd%25 #é', nonce, at: Date.UTC(2026, 10, 21) });
    const digest = createHash('sha1')
      .update(Buffer.concat([nonce, Buffer.from('2026-11-21T00:00:00.000Zp@ss:w/rd%25 #é', 'utf8')]))
      .digest('base64');
    expect(textOf(text, 'UsernameToken', 'Password')).toBe(digest);
    expect(textOf(text, 'UsernameToken', 'Username')).toBe('a<b');
    expect(text).not.toContain('p@ss');
    expect(soapRequest('<GetProfiles/>', undefined)).not.toContain('Security');
  });
});

describe(elements.name, () => {
  it('finds elements under any prefix, empty ones too, and gives up on what is never closed', () => {
    expect(elements('<a:X k="1">one</a:X><X/><b:X>two</b:X>', 'X').map(({ content }) => content)).toEqual(['one', '', 'two']);
    expect(elements('<X>'.repeat(50_000), 'X')).toEqual([]);
  });

  it('reads entities, and no more than there are', () => {
    expect(textOf('<Uri>rtsp://h/a?b=1&amp;c=&#50;&#x41;&nope;</Uri>', 'Uri')).toBe('rtsp://h/a?b=1&c=2A&nope;');
    expect(textOf(`<Uri>${escapeXml('<&>')}</Uri>`, 'Uri')).toBe('<&>');
  });
});

describe('answers of ONVIF devices', () => {
  it('tell the clock, streams and stills', () => {
    const time = '<tt:UTCDateTime><tt:Time><tt:Hour>1</tt:Hour><tt:Minute>2</tt:Minute><tt:Second>3</tt:Second></tt:Time><tt:Date><tt:Year>2026</tt:Year><tt:Month>11</tt:Month><tt:Day>21</tt:Day></tt:Date></tt:UTCDateTime>';
    expect(readClock(time)).toBe(Date.UTC(2026, 10, 21, 1, 2, 3));
    expect(readClock('<nothing/>')).toBeUndefined();
    expect(readMediaAddress('<tt:Media><tt:XAddr>http://10.0.0.9/onvif/media</tt:XAddr></tt:Media>')).toBe('http://10.0.0.9/onvif/media');
    expect(readUri('<trt:MediaUri><tt:Uri>rtsp://10.0.0.9/live?x=1&amp;y=2</tt:Uri></trt:MediaUri>')).toBe('rtsp://10.0.0.9/live?x=1&y=2');
    expect(readProfiles(profile('main', 'H264', 1_920, 1_080) + profile('odd', 'MPEG4', 320, 240))).toEqual([
      { token: 'main', name: 'main & more', codec: 'h264', width: 1_920, height: 1_080, fps: 25 },
      { token: 'odd', name: 'odd & more', codec: null, width: 320, height: 240, fps: 25 },
    ]);
  });

  it('are told at the address that was asked, without credentials, and only with the schemes that are meant', () => {
    expect(atHost('rtsp://admin:secret@192.168.7.7:8554/live?x=1', 'cam.example', ['rtsp:'])).toBe('rtsp://cam.example:8554/live?x=1');
    expect(atHost('http://192.168.7.7/snap.jpg', '2001:db8::1', ['http:'])).toBe('http://[2001:db8::1]/snap.jpg');
    expect([atHost('file:///etc/passwd', 'h', ['rtsp:']), atHost('nonsense', 'h', ['rtsp:']), atHost(undefined, 'h', ['rtsp:'])]).toEqual([undefined, undefined, undefined]);
  });

  it('become a camera: the largest picture for stills, the smallest that is wide enough beside it', () => {
    const of = (name: string, width: number, height: number, codec: 'h264' | null = 'h264') => ({ token: name, name, codec, width, height, fps: 25, rtsp_url: `rtsp://h/${name}`, snapshot_url: `http://h/${name}.jpg` });
    expect(suggest([of('tiny', 320, 180), of('small', 640, 360), of('large', 3_840, 2_160), of('middle', 1_280, 720), of('unknown', 9_000, 9_000, null)])).toEqual({ rtsp_url: 'rtsp://h/large', substream_url: 'rtsp://h/small', snapshot_url: 'http://h/large.jpg', codec: 'h264', resolution: '3840x2160', fps: 25 });
    expect(suggest([of('only', 640, 360)])?.substream_url).toBeNull();
    expect(suggest([])).toBeNull();
  });
});

describe('WS-Discovery', () => {
  it('asks for video devices and reads what they answer', () => {
    expect(probeMessage('01990000-0000-7000-8000-000000000000')).toContain('dn:NetworkVideoTransmitter');
    const match = (addresses: string, scopes: string): string => `<d:ProbeMatch><d:Scopes>${scopes}</d:Scopes><d:XAddrs>${addresses}</d:XAddrs></d:ProbeMatch>`;
    const answer = match('http://10.0.0.9:8080/onvif/device_service http://[fe80::1]/onvif', 'onvif://www.onvif.org/name/Front%20door onvif://www.onvif.org/hardware/X1 onvif://www.onvif.org/location/%ZZ') + match('nonsense', '') + match('https://10.0.0.10/x', '');
    expect(readMatches(answer)).toEqual([
      { host: '10.0.0.9', port: 8_080, name: 'Front door', hardware: 'X1', location: '%ZZ' },
      { host: '10.0.0.10', port: 443, name: null, hardware: null, location: null },
    ]);
  });
});
