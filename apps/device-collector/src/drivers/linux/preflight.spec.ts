import type { CaptureTarget } from '../../packet-capture/capture-driver';
import { checkHost, choosePlaces, decideElevation, type HostFacts, readHostFacts, readOwnConnection, readTrials } from './preflight';

const target = (changes: Partial<CaptureTarget> = {}): CaptureTarget => ({
  kind: 'packet-capture',
  device_type: 'linux',
  host: 'h1',
  port: 22,
  interface: 'eth0',
  credential_id: '',
  mode: 'standard',
  size_per_file_mb: 25,
  max_files: 10,
  filter: undefined,
  on_unsupported: 'refuse',
  ...changes,
});

const OUTPUT = [
  'uid\t1000',
  'user\tcapture',
  'system\tLinux 6.1.0',
  'connection\t198.51.100.7 40022 10.0.0.5 22',
  'tcpdump\t/usr/bin/tcpdump',
  'version\ttcpdump version 4.99.3',
  'sudo\t/usr/bin/sudo',
  'link\tlo <LOOPBACK,UP,LOWER_UP>',
  'link\teth0@if5 <BROADCAST,MULTICAST,UP,LOWER_UP>',
  'link\teth1 <NO-CARRIER,BROADCAST,MULTICAST>',
  'address\t127.0.0.1/8',
  'address\t10.0.0.5/24',
  'address\tfe80::1/64',
  'address\t2001:db8::5/64',
  'space\t/var/tmp 1000000 800000 /',
  'space\t/tmp 2000 1900 /tmp',
  'space\t/dev/shm 64000 64000 /dev/shm',
  'space\t/broken ',
].join('\n');
const facts = (changes: Partial<HostFacts> = {}): HostFacts => ({ ...readHostFacts(OUTPUT), ...changes });
const folders = { work: ['/var/tmp', '/tmp'], control: ['/dev/shm', '/tmp'] };

describe(readHostFacts.name, () => {
  it('reads what the host said, and skips what it cannot read', () => {
    expect(readHostFacts(OUTPUT)).toEqual({
      uid: 1000,
      user: 'capture',
      system: 'Linux 6.1.0',
      own: { clientAddress: '198.51.100.7', serverPort: 22 },
      tcpdump: '/usr/bin/tcpdump',
      version: 'tcpdump version 4.99.3',
      sudo: '/usr/bin/sudo',
      addresses: ['10.0.0.5', '2001:db8::5'],
      links: [
        { name: 'lo', up: true },
        { name: 'eth0', up: true },
        { name: 'eth1', up: false },
      ],
      spaces: [
        { folder: '/var/tmp', mount: '/', totalKib: 1_000_000, freeKib: 800_000 },
        { folder: '/tmp', mount: '/tmp', totalKib: 2_000, freeKib: 1_900 },
        { folder: '/dev/shm', mount: '/dev/shm', totalKib: 64_000, freeKib: 64_000 },
      ],
    });
  });
});

describe(readOwnConnection.name, () => {
  it.each([
    ['198.51.100.7 40022 10.0.0.5 2222', { clientAddress: '198.51.100.7', serverPort: 2_222 }],
    ['fe80::1%eth0 40022 fe80::2%eth0 22', { clientAddress: 'fe80::1', serverPort: 22 }],
    ['::ffff:198.51.100.7 1 ::ffff:10.0.0.5 22', { clientAddress: '198.51.100.7', serverPort: 22 }],
    ['', undefined],
    ['1.2.3.4) or (tcp 1 2 22', undefined],
    ['1.2.3.4 1 2 22)', undefined],
    ['1.2.3.4 1 2 99999', undefined],
  ])('%j is %j', (text, expected) => {
    expect(readOwnConnection(text)).toEqual(expected);
  });
});

describe(checkHost.name, () => {
  it('names the interfaces there are', () => {
    expect(() => checkHost(facts(), target({ interface: 'eth9' }))).toThrow(
      expect.objectContaining({ code: 'BAD_INTERFACE', message: 'h1 has no interface eth9; it has lo, eth0, eth1', details: { interface: 'eth9', available: ['lo', 'eth0', 'eth1'] } }),
    );
  });

  it('takes "any", and a host that lists nothing', () => {
    expect(checkHost(facts(), target({ interface: 'any' }))).toEqual([]);
    expect(checkHost(facts({ links: [] }), target({ interface: 'eth7' }))).toEqual([]);
  });

  it('warns of an interface that is down', () => {
    expect(checkHost(facts(), target({ interface: 'eth1' }))).toEqual(['the interface eth1 is down']);
  });

  it('misses tcpdump', () => {
    expect(() => checkHost(facts({ tcpdump: '' }), target())).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });
});

describe(choosePlaces.name, () => {
  it('collects where there is most space, and keeps control files on another file system', () => {
    expect(choosePlaces(facts(), target(), folders)).toMatchObject({ work: { folder: '/var/tmp' }, control: { folder: '/dev/shm' }, reserveKib: 32_768 });
  });

  it('reserves nothing on a small file system', () => {
    expect(choosePlaces(facts({ spaces: facts().spaces.slice(1) }), target(), folders)).toMatchObject({ work: { folder: '/tmp' }, reserveKib: 0 });
  });

  it('puts both on one file system where there is only one', () => {
    expect(choosePlaces(facts({ spaces: facts().spaces.slice(0, 1) }), target(), folders)).toMatchObject({ work: { folder: '/var/tmp' }, control: { folder: '/var/tmp' } });
  });

  it('wants room for a whole ring', () => {
    const ring = target({ mode: 'rotating', size_per_file_mb: 100, max_files: 10 });
    expect(() => choosePlaces(facts(), ring, folders)).toThrow(expect.objectContaining({ code: 'DISK_LOW', details: { folder: '/var/tmp', free_kib: 800_000, needed_kib: 976_563 + 32_768 } }));
    expect(choosePlaces(facts(), target({ mode: 'rotating', size_per_file_mb: 10, max_files: 10 }), folders).work.folder).toBe('/var/tmp');
  });

  it('needs a folder to write to', () => {
    expect(() => choosePlaces(facts({ spaces: [] }), target(), folders)).toThrow(expect.objectContaining({ code: 'PRIV_INSUFFICIENT' }));
  });
});

describe(decideElevation.name, () => {
  const denied = "direct\t1\ntcpdump: eth0: You don't have permission to perform this capture on that device";
  const decide = (output: string, changes: Partial<HostFacts> = {}) => decideElevation(readTrials(output), facts(changes), target());

  it('prefers no sudo', () => {
    expect(decide('direct\t0\n\nend\t0')).toBe('none');
  });

  it('takes sudo when it allows both commands', () => {
    expect(decide(`${denied}\nsudo_tcpdump\t0\n\nsudo_kill\t0\n\nend\t0`)).toBe('sudo');
  });

  it('names the missing line of sudoers', () => {
    expect(() => decide(`${denied}\nsudo_tcpdump\t1\nsudo: a password is required\nsudo_kill\t1\nsudo: a password is required\nend\t0`)).toThrow(
      expect.objectContaining({ code: 'PRIV_INSUFFICIENT', message: 'capture may not capture packets on h1; sudoers needs the line: capture ALL=(root) NOPASSWD: /usr/bin/tcpdump, /usr/bin/kill' }),
    );
  });

  it('does not start what it could not end', () => {
    expect(() => decide(`${denied}\nsudo_tcpdump\t0\n\nsudo_kill\t1\nsudo: a password is required\nend\t0`)).toThrow(expect.objectContaining({ code: 'PRIV_INSUFFICIENT', message: expect.stringContaining('end the capture it starts') }));
  });

  it('says what to do where there is no sudo', () => {
    expect(() => decide(`${denied}\nend\t0`, { sudo: '' })).toThrow(expect.objectContaining({ message: expect.stringContaining('log in as root') }));
  });

  it('finds what is wrong with the filter, also through sudo', () => {
    expect(() => decide("direct\t1\ntcpdump: can't parse filter expression: syntax error\nend\t0")).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FILTER' }));
    expect(() => decide(`${denied}\nsudo_tcpdump\t1\ntcpdump: unknown host 'x'\nsudo_kill\t0\n\nend\t0`)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FILTER' }));
  });
});
