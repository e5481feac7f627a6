import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { bundleNames } from './bundle-names';
import { matchesAny, rangeIsCurrent, readRange } from './byte-range';
import { attachment } from './transfers';
import { verifiedBytes } from './verified-bytes';

describe(readRange.name, () => {
  it.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-0', { kind: 'part', start: 0, end: 0 }],
    ['bytes=5-', { kind: 'part', start: 5, end: 9 }],
    ['bytes=5-50', { kind: 'part', start: 5, end: 9 }],
    ['bytes=-3', { kind: 'part', start: 7, end: 9 }],
    ['bytes=-30', { kind: 'part', start: 0, end: 9 }],
    ['bytes= 1 - 2', { kind: 'part', start: 1, end: 2 }],
    ['bytes=10-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-4', { kind: 'whole' }],
    ['bytes=0-1,3-4', { kind: 'whole' }],
    ['items=0-1', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
  ])('reads %p of ten bytes', (header, expected) => {
    expect(readRange(header, 10)).toEqual(expected);
  });

  it('has nothing to give of an empty object', () => {
    expect(readRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
  });
});

describe('conditions', () => {
  it('compares tags', () => {
    expect(matchesAny('"a", W/"b"', '"b"')).toBe(true);
    expect(matchesAny('*', '"b"')).toBe(true);
    expect(matchesAny('"a"', '"b"')).toBe(false);
    expect(matchesAny(undefined, '"b"')).toBe(false);
    expect(rangeIsCurrent(undefined, '"b"')).toBe(true);
    expect(rangeIsCurrent('"b"', '"b"')).toBe(true);
    expect(rangeIsCurrent('W/"b"', '"b"')).toBe(false);
    expect(rangeIsCurrent('Sat, 21 Nov 2026 08:00:00 GMT', '"b"')).toBe(false);
  });
});

describe(bundleNames.name, () => {
  const names = (...given: string[]): string[] => bundleNames(given.map((name) => ({ name })));

  it('keeps good names and makes the others harmless', () => {
    expect(names('10.0.0.1_any.pcap', '../../etc/passwd', 'a\\b\nc', 'CON.txt', '...', 'x'.repeat(300))).toEqual(['10.0.0.1_any.pcap', '_.._etc_passwd', 'a_b_c', '_CON.txt', '_', 'x'.repeat(120)]);
  });

  it('gives no two files one name, nor that of the manifest', () => {
    expect(names('a.pcap', 'A.PCAP', 'a.pcap', 'Manifest.json', 'SHA256SUMS', 'b', 'b')).toEqual(['a.pcap', 'A-2.PCAP', 'a-3.pcap', 'Manifest-2.json', 'SHA256SUMS-2', 'b', 'b-2']);
  });

  it('never leaves the folder it is unpacked into', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 20 }), (given) => {
        const made = names(...given);
        expect(new Set(made.map((name) => name.toLowerCase())).size).toBe(given.length);
        expect(made.every((name) => name !== '' && name !== '.' && name !== '..' && !/[\\/:*?"<>|\p{Cc}]/u.test(name))).toBe(true);
      }),
    );
  });
});

describe(attachment.name, () => {
  it('names a file for old clients and for new ones', () => {
    expect(attachment('a.zip')).toBe('attachment; filename="a.zip"');
    expect(attachment('ä"b.zip')).toBe(`attachment; filename="__b.zip"; filename*=UTF-8''%C3%A4%22b.zip`);
  });
});

describe(verifiedBytes.name, () => {
  const chunks = [Buffer.from('one'), Buffer.from('two'), Buffer.from('three')];
  const whole = Buffer.concat(chunks);
  const right = { artifact_id: 'a', size: whole.length, sha256: createHash('sha256').update(whole).digest('hex') };
  const read = async (expected: typeof right) => {
    const seen: Buffer[] = [];
    try {
      for await (const chunk of verifiedBytes(Readable.from(chunks), expected)) {
        seen.push(chunk);
      }
      return { text: Buffer.concat(seen).toString() };
    } catch (error) {
      return { text: Buffer.concat(seen).toString(), error };
    }
  };

  it('lets through what was stored', async () => {
    expect(await read(right)).toEqual({ text: 'onetwothree' });
  });

  it.each([
    ['another hash', { ...right, sha256: 'f'.repeat(64) }, 'onetwo'],
    ['fewer bytes than promised', { ...right, size: right.size + 1 }, 'onetwo'],
    ['more bytes than promised', { ...right, size: 7 }, 'one'],
  ])('holds the end back for %s', async (_, expected, text) => {
    expect(await read(expected)).toEqual({ text, error: expect.objectContaining({ code: 'OBJECT_DAMAGED' }) });
  });

  it('lets go of the source when the receiver stops', async () => {
    const source = Readable.from(chunks);
    for await (const _ of verifiedBytes(source, right)) {
      break;
    }
    expect(source.destroyed).toBe(true);
  });
});
