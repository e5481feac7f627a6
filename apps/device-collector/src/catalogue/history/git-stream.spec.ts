import { commitStart, fileChange, HistoryPaths } from './git-stream';

describe('the history as git takes it', () => {
  it('counts bytes and not characters', () => {
    expect(commitStart({ at: 1_700_000_000, message: 'Zürich' }).toString()).toBe('commit refs/heads/main\ncommitter Capstan <capstan@localhost> 1700000000 +0000\ndata 7\nZürich\n');
    expect(fileChange({ path: 'a/b.cfg', text: 'end' }).toString()).toBe('M 100644 inline a/b.cfg\ndata 4\nend\n\n');
  });

  it.each([
    ['core-1', 'north', 'north/core-1.cfg'],
    ['core-1', null, 'core-1.cfg'],
    ['../../etc/passwd', '..', '_/__.._etc_passwd.cfg'],
    ['a"b\nc', ' ', '_/a_b_c.cfg'],
    ['.git', 'x', 'x/_git.cfg'],
  ])('%j at %j becomes %s', (name, site, path) => expect(new HistoryPaths().of({ deviceId: 'd1', name, site })).toBe(path));

  it('gives no two devices one path, also where letters differ in their case only', () => {
    const sut = new HistoryPaths();
    const at = (deviceId: string, name: string): string => sut.of({ deviceId, name, site: null });
    expect([at('device-000001', 'a b'), at('device-000002', 'A_b'), at('device-000001', 'a b')]).toEqual(['a_b.cfg', 'A_b-evice-000002.cfg', 'a_b.cfg']);
  });
});
