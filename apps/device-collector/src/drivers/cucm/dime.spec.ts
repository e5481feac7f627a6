import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@capstan/kernel';
import type { HttpsAnswer } from '../../https/https-answer';
import type { HttpsRequest } from '../../https/https-session.client';
import { cookiesOf, faultText, getOneFile } from './dime-messages';
import { DimeClient } from './dime.client';
import { boundaryOf, SecondPart } from './multipart-body';

const never = new AbortController().signal;
const BOUNDARY = '----=_Part_7_12.34';
const message = (file: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Type: text/xml\r\nContent-Id: <a>\r\n\r\n<soap/>\r\n--${BOUNDARY}\r\nContent-Type: application/octet-stream\r\n\r\n`),
    file,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);

describe(SecondPart.name, () => {
  const read = async (pieces: readonly Buffer[]): Promise<Buffer> => {
    const sut = new SecondPart(BOUNDARY);
    const [chunks] = await Promise.all([sut.toArray(), pipeline(Readable.from(pieces, { objectMode: false }), sut)]);
    return Buffer.concat(chunks as Buffer[]);
  };
  const cut = (bytes: Buffer, size: number): Buffer[] => Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));

  it.each([1, 2, 3, 7, 64, 100_000])('lets the file through, whatever it holds, in pieces of %d', async (size) => {
    const file = Buffer.concat([Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}\r\n\r\n`), Buffer.from([0, 1, 2, 255, 13, 10, 45, 45])]);
    await expect(read(cut(message(file), size))).resolves.toEqual(file);
  });

  it.each([1, 5, 100_000])('knows an empty file, in pieces of %d', async (size) => {
    await expect(read(cut(message(Buffer.alloc(0)), size))).resolves.toEqual(Buffer.alloc(0));
  });

  it('fails when the message ends before the file', async () => {
    const whole = message(Buffer.from('abc'.repeat(100)));
    await expect(read([whole.subarray(0, whole.length - 20)])).rejects.toMatchObject({ code: 'EXPORT_FAILED' });
  });
});

describe(boundaryOf.name, () => {
  it.each([
    [`multipart/related; type="text/xml"; boundary="${BOUNDARY}"; start="<a>"`, BOUNDARY],
    ['multipart/related; boundary=abc; type="text/xml"', 'abc'],
    ['text/xml', undefined],
    [undefined, undefined],
  ])('of %j is %j', (type, expected) => expect(boundaryOf(type)).toBe(expected));
});

describe(getOneFile.name, () => {
  it('lets nothing out of its element', () => {
    expect(getOneFile('/x</soap:FileName>')).not.toContain('/x</soap:FileName>');
  });
});

describe(faultText.name, () => {
  it('reads what went wrong', () => {
    expect(faultText('<soapenv:Fault><faultstring xml:lang="en">FileName Does Not Exist &lt;x&gt;</faultstring></soapenv:Fault>')).toBe('FileName Does Not Exist <x>');
    expect(faultText('<html/>')).toBeUndefined();
  });
});

describe(cookiesOf.name, () => {
  it('keeps names and values', () => {
    expect(cookiesOf(['JSESSIONIDSSO=1; Path=/; Secure', 'JSESSIONID=2; Path=/logcollectionservice'])).toBe('JSESSIONIDSSO=1; JSESSIONID=2');
    expect(cookiesOf(undefined)).toBeUndefined();
  });
});

describe(DimeClient.name, () => {
  interface Answer {
    status: number;
    headers: Record<string, string | string[]>;
    body: Buffer;
  }
  const good = (cookie?: string): Answer => ({
    status: 200,
    headers: { 'content-type': `multipart/related; boundary="${BOUNDARY}"`, ...(cookie === undefined ? {} : { 'set-cookie': [cookie] }) },
    body: message(Buffer.from('pcap')),
  });
  const bad = (status: number, xml = ''): Answer => ({ status, headers: {}, body: Buffer.from(xml) });
  const begin = (...answers: (Answer | Error)[]) => {
    const asked: HttpsRequest[] = [];
    const request = async (question: HttpsRequest): Promise<HttpsAnswer> => {
      asked.push(question);
      const answer = answers.shift();
      if (answer === undefined || answer instanceof Error) {
        throw answer ?? new Error('asked too often');
      }
      const { body } = answer;
      return { ...answer, discard: () => undefined, text: async () => body.toString(), stream: () => Readable.from([body], { objectMode: false }) } as unknown as HttpsAnswer;
    };
    return { asked, sut: new DimeClient({ endpoint: { host: 'n', port: 8443 }, request }, { username: 'app', password: 'secret' }) };
  };

  it('keeps the cookie, and asks without it when its session is over', async () => {
    const { asked, sut } = begin(good('JSESSIONID=1; Secure'), bad(401), good());
    const file = await sut.getFile('/f1', 4, never);
    expect(Buffer.concat((await file.toArray()) as Buffer[]).toString()).toBe('pcap');
    await expect(sut.getFile('/f2', 4, never)).resolves.toBeDefined();
    expect(asked.map(({ headers }) => headers?.['Cookie'])).toEqual([undefined, 'JSESSIONID=1', undefined]);
  });

  it('offers a refused password no second time', async () => {
    const { asked, sut } = begin(bad(401));
    await expect(sut.getFile('/f', 4, never)).rejects.toMatchObject({ code: 'EXPORT_AUTH_FAILED', retryable: false });
    expect(asked).toHaveLength(1);
  });

  it.each([
    [bad(500, '<faultstring>FileName Does Not Exist</faultstring>'), 'FILE_MISSING', false],
    [bad(500, '<html>oops</html>'), 'EXPORT_FAILED', true],
    [bad(404), 'EXPORT_FAILED', false],
    [new AppError('CONN_REFUSED', 'refused', { retryable: true }), 'EXPORT_UNREACHABLE', true],
    [new AppError('HOSTKEY_MISMATCH', 'another certificate'), 'HOSTKEY_MISMATCH', false],
  ])('tells %# by its code', async (answer, code, retryable) => {
    await expect(begin(answer).sut.getFile('/f', 4, never)).rejects.toMatchObject({ code, retryable });
  });
});
