import { isAllowed, readNetworks } from './allowed-networks';
import { checkCameraUrl, urlKey } from './camera-url';

describe(isAllowed.name, () => {
  const networks = readNetworks('10.0.0.0/8, fc00::/7')!;

  it.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['::ffff:10.0.0.1', true],
    ['::ffff:127.0.0.1', false],
    ['fd00::1', true],
    ['2001:db8::1', false],
    ['localhost', false],
  ])('%s: %s', (ip, allowed) => {
    expect(isAllowed(networks, ip)).toBe(allowed);
  });

  it.each(['', '10.0.0.0/33', 'cameras', '10.0.0.0/8,nonsense'])('cannot read %j', (text) => {
    expect(readNetworks(text)).toBeUndefined();
  });
});

describe(checkCameraUrl.name, () => {
  const check = (text: string) => checkCameraUrl('rtsp_url', text, ['rtsp:', 'rtsps:'], () => true);

  it.each([
    ['file:///etc/passwd', 'URL_SCHEME'],
    ['concat:a|b', 'URL_SCHEME'],
    ['http://10.0.0.1/', 'URL_SCHEME'],
    ['rtsp://', 'INVALID_URL'],
    ['rtsp://10.0.0.1/a b', 'INVALID_URL'],
    ['rtsp://10.0.0.1/a\r\nTEARDOWN', 'INVALID_URL'],
    ['nonsense', 'INVALID_URL'],
  ])('refuses %j', (text, code) => {
    expect(check(text)).toMatchObject({ error: { path: 'rtsp_url', code } });
  });

  it('takes credentials out', () => {
    expect(check('rtsp://admin:p@ss:w/rd%25 #é@10.0.0.1:8554/live')).toEqual({ url: 'rtsp://10.0.0.1:8554/live', username: 'admin', password: 'p@ss:w/rd%25 #é' });
  });
});

describe(urlKey.name, () => {
  it('is the same for spellings of one address', () => {
    expect(urlKey('RTSP://Cam.Example:554/Live/')).toBe(urlKey('rtsp://cam.example/Live'));
    expect(urlKey('rtsp://cam.example/live')).not.toBe(urlKey('rtsp://cam.example/Live'));
  });
});
