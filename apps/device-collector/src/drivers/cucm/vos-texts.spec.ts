import { captureCommand, captureName } from './capture-command';
import { readRefusal, readTrailer } from './capture-answer';
import { readCucmPlan } from './cucm-plan';
import { fileGetFailure, fileGetQuestions, fingerprintsIn } from './file-get-questions';
import { readFileList, saysNoFiles } from './file-list';
import { diskDoubt, ntpDoubt, readNodeAddresses, readStatus, statusClock } from './node-status';

const STATUS = `Host Name          : cucm-pub
Date               : Wed Nov 5, 2014 14:01:51
Time Zone          : Central European Time (Europe/Berlin)
Locale             : en_US.UTF-8
Product Ver        : 10.5.2.10000-5
Up Time:
 14:01:52 up 5 days, 23:39,  1 user,  load average: 0.17, 0.15, 0.11
                        Total            Free            Used
Disk/active         19948144K        5886580K       13858344K (71%)
Disk/logging        49573612K       41254692K        5800672K (13%)
`;

describe(readNodeAddresses.name, () => {
  it('reads the addresses of the node, and not those of its gateway and name servers', () => {
    expect(readNodeAddresses('Ethernet 0\nIP Address   : 10.10.20.5         IP Mask    : 255.255.255.000\nIPv6 Address : 2001:DB8::5\n\nDNS\nPrimary      : 10.10.20.1\nGateway      : 10.10.20.1 on Ethernet 0\n')).toEqual(['10.10.20.5', '2001:db8::5']);
    expect(readNodeAddresses('Executed command unsuccessfully')).toEqual([]);
  });
});

describe(readStatus.name, () => {
  it('reads version, clock in its zone, and the partition that takes captures', () => {
    expect(readStatus(STATUS)).toEqual({ version: '10.5.2.10000-5', time: Date.UTC(2014, 10, 5, 13, 1, 51), logging: { totalKib: 49_573_612, freeKib: 41_254_692, usedPercent: 13 } });
  });

  it.each([
    ['Date : Tue Jul 1, 2025 08:00:00\nTime Zone : Eastern Daylight Time (America/New_York)', Date.UTC(2025, 6, 1, 12, 0, 0)],
    ['Date : Thu Nov 27, 2025 22:45:44 UTC', Date.UTC(2025, 10, 27, 22, 45, 44)],
    ['Date : Thu Nov 27 22:45:44 UTC 2025', Date.UTC(2025, 10, 27, 22, 45, 44)],
    ['Date : Sun Nov 2, 2025 03:30:00\nTime Zone : (America/New_York)', Date.UTC(2025, 10, 2, 8, 30, 0)],
  ])('knows the clock of %j', (text, time) => expect(readStatus(text).time).toBe(time));

  it.each(['', 'Date : yesterday', 'Date : Wed Nov 5, 2014 14:01:51', 'Date : Wed Nov 5, 2014 14:01:51\nTime Zone : (Mars/Base)'])('guesses nothing from %j', (text) => expect(readStatus(text).time).toBeUndefined());
});

describe(statusClock.name, () => {
  it('takes half a second for the fraction the node does not tell, and half the round trip', () => {
    expect(statusClock({ time: 10_000 }, 9_000, 9_200)).toEqual({ offsetMs: 1_400, uncertaintyMs: 601 });
    expect(statusClock({}, 0, 1)).toBeUndefined();
  });
});

describe(diskDoubt.name, () => {
  const disk = (usedPercent: number, freeKib: number) => ({ logging: { totalKib: 1_000_000, freeKib, usedPercent } });
  it('wants five percent below the low water mark, and room for the ring', () => {
    expect(diskDoubt(disk(85, 999_999), 0)).toContain('85 %');
    expect(diskDoubt(disk(84, 999_999), 0)).toBeUndefined();
    expect(diskDoubt(disk(50, 100 * 1_024), 250)).toContain('250 MB');
    expect(diskDoubt({}, 250)).toBeUndefined();
  });
});

describe(ntpDoubt.name, () => {
  it('doubts a clock that follows nobody', () => {
    expect(ntpDoubt('unsynchronised\n polling server every 64 s')).toContain('time server');
    expect(ntpDoubt('synchronised to NTP server (10.1.1.1) at stratum 3')).toBeUndefined();
  });
});

describe(readFileList.name, () => {
  const name = captureName('019a2b3c-0000-7000-8000-00000000abcd');

  it('reads the size, not the day of the month (weakness 8)', () => {
    expect(readFileList(`02 Dec,2004 12:00:59      12,345  ${name}.cap\ndir count = 0, file count = 1`, name)).toEqual([{ name: `${name}.cap`, size: 12_345, changed: '2004-12-02 12:00:59', index: -1 }]);
  });

  it.each([
    ['plain', ['cap10', 'cap2', 'cap0', 'cap1']],
    ['zero-padded', ['cap10', 'cap02', 'cap00', 'cap01']],
  ])('puts rotated files in order, %s names (weakness 9)', (_, suffixes) => {
    const text = suffixes.map((suffix) => `02 Jan,2026 16:30:12   1,000  ${name}.${suffix}`).join('\n');
    expect(readFileList(text, name).map(({ index }) => index)).toEqual([0, 1, 2, 10]);
  });

  it('puts a ring that has come round in order of time', () => {
    const text = [`02 Jan,2026 16:31:00  1  ${name}.cap0`, `02 Jan,2026 16:29:00  1  ${name}.cap1`, `02 Jan,2026 16:30:00  1  ${name}.cap2`].join('\n');
    expect(readFileList(text, name).map(({ index }) => index)).toEqual([1, 2, 0]);
  });

  it("takes no other capture's files (weakness 20)", () => {
    const text = [`02 Jan,2026 16:30:12  1  ${name}0.cap`, `02 Jan,2026 16:30:12  1  x${name}.cap`, `02 Jan,2026 16:30:12  1  ${name}.txt`, `02 Jan,2026 16:30:12  1  ${name}.cap; rm`].join('\n');
    expect(readFileList(text, name)).toEqual([]);
  });

  it('knows when there is nothing', () => {
    expect(['dir count = 0, file count = 0', 'No such file or directory', 'file not listed: x does not exist'].map(saysNoFiles)).toEqual([true, true, true]);
    expect(saysNoFiles('dir count = 0, file count = 1')).toBe(false);
  });
});

describe(captureCommand.name, () => {
  const target = { mode: 'standard', size_per_file_mb: 25, max_files: 10 } as const;

  it('writes both kinds of capture', () => {
    expect(captureCommand(target, 'n', 'port 5060')).toBe('utils network capture eth0 file n count 100000 size all port 5060');
    expect(captureCommand({ ...target, packet_limit: 500 }, 'n', '')).toBe('utils network capture eth0 file n count 500 size all');
    expect(captureCommand({ ...target, mode: 'rotating' }, 'n', '')).toBe('utils network capture-rotate file n sizePerFile 25 maxFiles 10 size all');
  });

  it('names files so that no two tasks share a beginning (weakness 20)', () => {
    expect(captureName('019a2b3c-0000-7000-8000-00000000abcd')).toBe('capstan019a2b3c00007000800000000000abcd');
  });
});

describe(readRefusal.name, () => {
  it.each([
    ['Executing command unsuccessful\nInvalid interface: eth7', 'BAD_INTERFACE'],
    ['The disk usage is above (LowWaterMark - 5)', 'DISK_LOW'],
    ["No valid command entered\nExecuted command unsuccessfully\nInvalid parameter 'frob'", 'CLI_INVALID_INPUT'],
    ['You are not authorized to run this command', 'PRIV_INSUFFICIENT'],
    ['Executed command unsuccessfully: error 255', 'START_FAILED'],
  ])('%j is %s', (text, code) => expect(readRefusal('h', text)?.code).toBe(code));

  it('finds no refusal in the options that are shown', () => {
    expect(readRefusal('h', 'Executing command with options:\nsize=ALL count=1000 interface=eth0\nsrc= dest= port=\nip=\n')).toBeUndefined();
  });
});

describe(readTrailer.name, () => {
  it('reads what tcpdump counted', () => {
    expect(readTrailer('Control-C pressed\n12 packets captured\n13 packets received by filter\n1 packet dropped by kernel')).toEqual({ captured: 12, received: 13, dropped: 1 });
    expect(readTrailer('Control-C pressed')).toBeUndefined();
  });
});

describe(fileGetQuestions.name, () => {
  const answers = { host: '10.0.0.9', port: 2222, username: 'u', password: 'p', folder: '/in' };
  it.each([
    ['Would you like to proceed [y/n]? ', 'y'],
    ["Please answer 'y' for <yes> or 'n' for <no>: ", 'y'],
    ['SFTP server IP: ', '10.0.0.9'],
    ['SFTP server port [22]: ', '2222'],
    ['User ID: ', 'u'],
    ['Password: ', 'p'],
    ['Download directory: ', '/in'],
  ])('answers %j with %s', (line, answer) => expect(fileGetQuestions(answers).filter(({ pattern }) => pattern.test(line)).map((question) => question.answer)).toEqual([answer]));
});

describe(fingerprintsIn.name, () => {
  it('finds both forms', () => {
    expect(fingerprintsIn(`RSA key fingerprint is SHA256:${'a'.repeat(43)}.`)).toEqual([`SHA256:${'a'.repeat(43)}`]);
    expect(fingerprintsIn('RSA key fingerprint is 16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48.')).toEqual(['16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48']);
  });
});

describe(fileGetFailure.name, () => {
  it.each([
    ['Connection refused', { logins: 0, refusals: 0 }, 'EXPORT_UNREACHABLE'],
    ['', { logins: 0, refusals: 0 }, 'EXPORT_UNREACHABLE'],
    ['Authentication failed', { logins: 0, refusals: 1 }, 'EXPORT_AUTH_FAILED'],
    ['remote open("/x"): Permission denied', { logins: 1, refusals: 0 }, 'EXPORT_FAILED'],
  ])('%j with %j is %s', (text, contacts, code) => expect(fileGetFailure('h', 's:22', text, contacts)).toMatchObject({ code, retryable: true }));
});

describe(readCucmPlan.name, () => {
  it('refuses a plan that would delete other files', () => {
    expect(() => readCucmPlan({ driver: 'cucm', task_id: 't', name: '*' })).toThrow('not one of the cucm driver');
  });
});
