import { setImmediate } from 'node:timers/promises';
import { IncomingFile, Quota } from './incoming-file';

const read = async (file: IncomingFile): Promise<string> => Buffer.concat((await file.toArray()) as Buffer[]).toString();

describe(IncomingFile.name, () => {
  it('puts writes that overtake each other in order', async () => {
    const sut = new IncomingFile(new Quota(100));
    const done: number[] = [];
    sut.accept(3, Buffer.from('def'), () => done.push(3));
    sut.accept(0, Buffer.from('abc'), () => done.push(0));
    sut.finish();
    await expect(read(sut)).resolves.toBe('abcdef');
    expect(done).toEqual([0, 3]);
  });

  it('lets the sender go on when there is room, not before', async () => {
    const sut = new IncomingFile(new Quota(10_000_000));
    let acknowledged = 0;
    const piece = Buffer.alloc(512 * 1024);
    for (let index = 0; index < 4; index += 1) {
      sut.accept(index * piece.length, piece, () => (acknowledged += 1));
    }
    expect(acknowledged).toBe(1);
    sut.resume();
    await setImmediate();
    expect(acknowledged).toBe(4);
    sut.destroy();
  });

  it('fails when more comes than was expected', async () => {
    const sut = new IncomingFile(new Quota(5));
    expect(() => sut.accept(0, Buffer.from('123456'), () => undefined)).toThrow('more than the 5 bytes');
    await expect(read(sut)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  it.each([
    ['broke off', (file: IncomingFile) => file.breakOff()],
    ['has a gap', (file: IncomingFile) => (file.accept(9, Buffer.from('x'), () => undefined), file.finish())],
    ['was written twice', (file: IncomingFile) => expect(() => file.accept(1, Buffer.from('x'), () => undefined)).toThrow('twice')],
  ])('is no file when it %s', async (_, spoil) => {
    const sut = new IncomingFile(new Quota(100));
    sut.accept(0, Buffer.from('abc'), () => undefined);
    spoil(sut);
    await expect(read(sut)).rejects.toMatchObject({ code: 'EXPORT_FAILED' });
  });
});
