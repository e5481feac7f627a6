import { addressDoubt } from './sink-address';

describe(addressDoubt.name, () => {
  it.each([
    ['172.17.0.3', '10.1.1.1', 'container'],
    ['172.31.9.9', 'cucm1.example', 'container'],
    ['127.0.0.1', '10.1.1.1', 'loopback'],
    ['::1', '2001:db8::1', 'loopback'],
    ['169.254.3.3', '10.1.1.1', 'link-local'],
    ['0.0.0.0', '10.1.1.1', 'no address'],
  ])('doubts that %s can be reached by %s', (ours, device, why) => expect(addressDoubt(ours, device)).toContain(why));

  it.each([
    ['10.1.1.9', '10.1.1.1'],
    ['172.16.4.4', '10.1.1.1'],
    ['172.20.0.5', '172.20.9.9'],
    ['127.0.0.1', '127.9.0.1'],
    ['2001:db8::9', '2001:db8::1'],
  ])('does not doubt %s for %s', (ours, device) => expect(addressDoubt(ours, device)).toBeUndefined());
});
