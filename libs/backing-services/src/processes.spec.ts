import { identify, isRunning, privilegeArguments } from './processes';

describe(privilegeArguments.name, () => {
  it('changes nothing unless asked', () => {
    expect(privilegeArguments('postgres', ['-D', 'x'], {})).toEqual(['--', 'postgres', '-D', 'x']);
  });

  it('takes every capability away from another user', () => {
    expect(privilegeArguments('postgres', [], { identity: { uid: 7, gid: 8 } })).toEqual(['--reuid=7', '--regid=8', '--clear-groups', '--inh-caps=-all', '--', 'postgres']);
  });

  it('leaves it the one for locked folders when that is needed', () => {
    const sut = privilegeArguments('postgres', [], { identity: { uid: 7, gid: 8, passLockedFolders: true }, dieWithParent: true });
    expect(sut).toEqual([
      '--reuid=7',
      '--regid=8',
      '--clear-groups',
      '--inh-caps=-all,+dac_read_search',
      '--ambient-caps=-all,+dac_read_search',
      '--securebits=+no_setuid_fixup',
      '--pdeathsig=KILL',
      '--',
      'postgres',
    ]);
  });
});

describe(isRunning.name, () => {
  it('does not take a process for an earlier one with the same number', () => {
    const self = identify(process.pid);
    expect(self).toBeDefined();
    expect(isRunning(self!)).toBe(true);
    expect(isRunning({ pid: process.pid, startedAt: '1' })).toBe(false);
  });
});
