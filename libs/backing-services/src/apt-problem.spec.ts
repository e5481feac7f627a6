import { aptProblem, isAptLocked } from './apt-problem';

describe(aptProblem.name, () => {
  it.each([
    ['E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)', 'APT_LOCKED', true],
    ['E: dpkg was interrupted, you must manually run dpkg --configure -a to correct the problem.', 'DPKG_INTERRUPTED', false],
    ["E: You don't have enough free space in /var/cache/apt/archives/.", 'DISK_LOW', true],
    ["W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  Temporary failure resolving 'deb.debian.org'", 'PACKAGES_UNREACHABLE', true],
    ['E: Unable to locate package swift-proxy', 'PACKAGE_UNKNOWN', false],
    ['sudo: a password is required', 'INSTALL_NOT_ALLOWED', false],
    ['E: Sub-process /usr/bin/dpkg returned an error code (1)', 'PACKAGE_INSTALL_FAILED', false],
  ])('makes one sentence with what to do of %p', (output, code, retryable) => {
    const problem = aptProblem(`Reading package lists...\n${output}\n`, ['swift-proxy']);
    expect(problem).toMatchObject({ code, retryable });
    expect(problem.message).not.toContain('\n');
    expect(problem.message).toContain(': ');
  });

  it('holds the lack of a network for the cause when the unknown package is its consequence', () => {
    const output = "Err:1 http://deb.debian.org bookworm InRelease\n  Temporary failure resolving 'deb.debian.org'\nE: Unable to locate package tshark";
    expect(aptProblem(output, ['tshark'])).toMatchObject({ code: 'PACKAGES_UNREACHABLE' });
  });

  it('knows a lock of the package lists too', () => {
    expect(isAptLocked('E: Could not get lock /var/lib/apt/lists/lock. It is held by process 17 (apt-get)')).toBe(true);
    expect(isAptLocked('E: Unable to locate package x')).toBe(false);
  });
});
