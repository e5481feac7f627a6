import { AppError } from '@capstan/kernel';

interface KnownProblem {
  pattern: RegExp;
  code: string;
  retryable: boolean;
  advice: (packages: string) => string;
}

// In the order of how sure each is: a failed download is also the consequence of an unknown package list, and so on.
const KNOWN_PROBLEMS: readonly KnownProblem[] = [
  {
    pattern: /Could not get lock|Unable to acquire the dpkg frontend lock|Unable to lock directory/,
    code: 'APT_LOCKED',
    retryable: true,
    advice: (packages) => `Another program is installing packages and did not finish in time: wait for it and start again (needed: ${packages})`,
  },
  {
    pattern: /dpkg was interrupted/,
    code: 'DPKG_INTERRUPTED',
    retryable: false,
    advice: () => 'An earlier installation on this machine was interrupted: run dpkg --configure -a as root and start again',
  },
  {
    pattern: /No space left on device|don't have enough free space/,
    code: 'DISK_LOW',
    retryable: true,
    advice: (packages) => `The disk is too full to install ${packages}: free some space and start again`,
  },
  {
    pattern: /Temporary failure resolving|Could not resolve|Could not connect|Failed to fetch|Unable to fetch|Network is unreachable/,
    code: 'PACKAGES_UNREACHABLE',
    retryable: true,
    advice: (packages) => `The package server cannot be reached: connect to a network, or install ${packages} by other means, and start again`,
  },
  {
    pattern: /Unable to locate package|has no installation candidate/,
    code: 'PACKAGE_UNKNOWN',
    retryable: false,
    advice: (packages) => `This system's package sources do not have all of ${packages}: add the sources of Debian 12 or Ubuntu 22.04 or later, or install them by other means`,
  },
  {
    pattern: /Permission denied|a password is required|is not in the sudoers file|are you root/,
    code: 'INSTALL_NOT_ALLOWED',
    retryable: false,
    advice: (packages) => `This user may not install packages: have an administrator run apt-get install ${packages}`,
  },
];

/** Whether apt failed because another program holds its lock. */
export function isAptLocked(output: string): boolean {
  return KNOWN_PROBLEMS[0]!.pattern.test(output);
}

/** What went wrong and what to do, in one sentence, from what apt-get printed. */
export function aptProblem(output: string, packages: readonly string[]): AppError {
  const names = packages.join(' ');
  const known = KNOWN_PROBLEMS.find(({ pattern }) => pattern.test(output));
  const details = { packages: [...packages], output: output.trim().split('\n').slice(-8).join('\n') };
  if (known === undefined) {
    return new AppError('PACKAGE_INSTALL_FAILED', `Installing ${names} failed: run apt-get install ${names} as root to see why`, { details });
  }
  return new AppError(known.code, known.advice(names), { retryable: known.retryable, details });
}
