import { isInsideFolder, resolveSinkPath, SinkFolders } from './sink-path';

describe(resolveSinkPath.name, () => {
  it.each([
    ['.', '/'],
    ['', '/'],
    ['/in/', '/in'],
    ['in/a//b', '/in/a/b'],
    ['/in/x/../y', '/in/y'],
  ])('%j is %s', (path, expected) => expect(resolveSinkPath(path)).toBe(expected));

  it.each(['..', '/..', '/in/../../etc/passwd', 'a/../..', '/in/a\nb', `/${'a'.repeat(2_000)}`])('%j is no path', (path) => expect(resolveSinkPath(path)).toBeUndefined());
});

describe(isInsideFolder.name, () => {
  it('lets files into the folder, and nowhere else', () => {
    expect(['/in/x', '/in/a/x', '/in', '/inx/y', '/x', '/'].filter(isInsideFolder)).toEqual(['/in/x', '/in/a/x']);
  });
});

describe(SinkFolders.name, () => {
  it('makes folders inside folders, up to a limit', () => {
    const sut = new SinkFolders(4);
    expect([sut.make('/in/a'), sut.make('/in/b/c'), sut.make('/out'), sut.make('/in/a/b'), sut.make('/in/c')]).toEqual([true, false, false, true, false]);
  });
});
