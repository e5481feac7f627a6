import { describeSession, mediaAddressOf } from './session-description';

describe(describeSession.name, () => {
  it('has the mandatory lines of RFC 4566 in their order', () => {
    const types = describeSession({ address: '198.18.1.1', port: 16384 }, 7).split('\r\n').map((line) => line[0]);
    expect(types).toEqual(['v', 'o', 's', 'c', 't', 'm', 'a', 'a', 'a', undefined]);
  });

  it('is read back by the other side', () => {
    const media = { address: '198.18.1.9', port: 16390 };
    expect(mediaAddressOf(describeSession(media, 7))).toEqual(media);
  });

  it('is refused without an audio stream', () => {
    expect(mediaAddressOf('v=0\r\nc=IN IP4 198.18.1.1\r\n')).toBeUndefined();
  });
});
