import { systemIds } from '@capstan/kernel';
import { ScpReceiver, scpTarget } from './scp-receiver';
import { OpenPlace } from './sink-place';

describe(scpTarget.name, () => {
  it.each([
    ['scp -t /in', '/in'],
    ['scp -v -p -r -t -- /in/x.pcap', '/in/x.pcap'],
    ['scp -pt in', 'in'],
    ['/usr/bin/scp -d -t "/in"', '/in'],
  ])('%s writes to %s', (command, target) => expect(scpTarget(command)).toBe(target));

  it.each(['scp -f /in/x', 'sh -c id', 'scp -t', 'scp -t /in; id', 'scp'])('%s is refused', (command) => expect(scpTarget(command)).toBeUndefined());
});

describe(ScpReceiver.name, () => {
  const never = new AbortController().signal;
  const begin = (target: string) => {
    const place = new OpenPlace('u', systemIds.next(), { host: 'h', port: 1 }, [], { quotaBytes: 1_000 }, () => undefined);
    const said: Buffer[] = [];
    const sut = new ScpReceiver(place, target, { write: (bytes) => void said.push(bytes), pause: () => undefined, resume: () => undefined });
    return { place, sut, said: () => Buffer.concat(said).toString('latin1') };
  };

  it('takes a file whose bytes come in any pieces', async () => {
    const { place, sut, said } = begin('/in');
    for (const byte of Buffer.from('T1 0 1 0\nC0644 5 x.pcap\nhello\0')) {
      sut.push(Buffer.from([byte]));
    }
    const file = await place.next(never);
    expect(file).toMatchObject({ name: 'x.pcap', path: 'x.pcap' });
    expect(Buffer.concat((await file.body.toArray()) as Buffer[]).toString()).toBe('hello');
    expect(said()).toBe('\0\0\0\0');
    expect(sut.succeeded).toBe(true);
  });

  it('takes a file under the name of the target, an empty file, and folders', async () => {
    const named = begin('/in/mine.pcap');
    named.sut.push(Buffer.from('C0644 0 theirs\n\0'));
    await expect(named.place.next(never)).resolves.toMatchObject({ name: 'mine.pcap' });
    const deep = begin('/in');
    deep.sut.push(Buffer.from('D0755 0 d\nC0644 1 f\nx\0E\n'));
    await expect(deep.place.next(never)).resolves.toMatchObject({ path: 'd/f' });
  });

  it.each([['/in', 'C0644 1 ../../etc/passwd\n'], ['/etc/passwd', 'C0644 1 x\n'], ['/in/../../x', 'C0644 1 x\n'], ['/in', 'D0755 0 ..\n'], ['/in', 'nonsense\n']])('refuses %s: %j', (target, line) => {
    const { sut, said } = begin(target);
    sut.push(Buffer.from(line));
    expect(said()).toContain('\u0002scp: ');
    expect(sut.succeeded).toBe(false);
  });
});
