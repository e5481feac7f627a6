import { etcFiles, sudoers, systemLines } from './host-etc';
import { type HostPlan, planHosts } from './host-plan';
import type { HostFault } from './faults';

function plans(faults: ReadonlyMap<number, readonly HostFault[]> = new Map()): [HostPlan, HostPlan] {
  let password = 0;
  const [first, second] = planHosts({ count: 2, prefix: '198.18.7', faults, hasSudo: true, tmpMiB: 64, newPassword: () => `secret${(password += 1)}` });
  if (!first || !second) {
    throw new Error('two hosts were asked for');
  }
  return [first, second];
}

describe(planHosts.name, () => {
  it('proposes root on odd hosts and the sudo user on even ones', () => {
    const [first, second] = plans();
    expect(first).toMatchObject({ name: 'lab-linux-1', address: '198.18.7.1', primary: { username: 'root' } });
    expect(second).toMatchObject({ name: 'lab-linux-2', address: '198.18.7.2', primary: { username: 'capture', rights: 'sudo-tcpdump' } });
  });

  it('gives every account its own password', () => {
    const passwords = plans().flatMap((plan) => plan.accounts.map((account) => account.password));
    expect(new Set(passwords).size).toBe(6);
  });

  it('offers no sudo account where there is no sudo', () => {
    const [, second] = planHosts({ count: 2, prefix: '198.18.7', faults: new Map(), hasSudo: false, tmpMiB: 64, newPassword: () => 'x' });
    expect(second?.primary.username).toBe('root');
    expect(second?.accounts.map((account) => account.username)).toEqual(['root', 'viewer']);
  });

  it('makes /tmp small only where asked', () => {
    const [first, second] = plans(new Map([[2, ['small-tmp']]]));
    expect([first.tmpMiB, second.tmpMiB]).toEqual([64, 2]);
  });
});

describe(sudoers.name, () => {
  it('lets the capture user run tcpdump and kill without a password, and nobody else', () => {
    const rules = sudoers(plans()[0]).split('\n').filter((line) => line.includes('NOPASSWD'));
    expect(rules).toEqual(['capture ALL=(root) NOPASSWD: /usr/bin/tcpdump, /usr/sbin/tcpdump, /usr/bin/kill, /bin/kill']);
  });

  it('asks for the password under the fault sudo-password', () => {
    const [first] = plans(new Map([[1, ['sudo-password']]]));
    expect(sudoers(first)).not.toContain('NOPASSWD');
    expect(sudoers(first)).toContain('capture ALL=(root) /usr/bin/tcpdump');
  });
});

describe(etcFiles.name, () => {
  const [first, second] = plans();
  const files = etcFiles(first, [first, second], new Map([['root', '$6$hash']]), { passwd: ['tcpdump:x:105:110::/nonexistent:/usr/sbin/nologin'], group: [] }, '/bin/bash');
  const text = (path: string): string => files.find((file) => file.path === path)?.text ?? '';

  it('keeps passwords out of every file', () => {
    const passwords = first.accounts.map((account) => account.password);
    expect(files.filter((file) => passwords.some((password) => file.text.includes(password)))).toEqual([]);
  });

  it('locks every account that has no hash', () => {
    expect(text('shadow')).toContain('root:$6$hash:');
    expect(text('shadow')).toContain('tcpdump:*:');
    expect(files.find((file) => file.path === 'shadow')?.mode).toBe(0o600);
  });

  it('names the neighbours', () => {
    expect(text('hosts')).toContain('198.18.7.2 lab-linux-2');
  });
});

describe(systemLines.name, () => {
  it('keeps system accounts and leaves root and people out', () => {
    const file = 'root:x:0:0::/root:/bin/sh\nsshd:x:104:65534::/run/sshd:/x\nann:x:1000:1000::/home/ann:/bin/bash\nnobody:x:65534:65534::/:/x\n';
    expect(systemLines(file).map((line) => line.split(':')[0])).toEqual(['sshd', 'nobody']);
  });
});
