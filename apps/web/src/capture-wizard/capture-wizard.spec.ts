import { execFileSync } from 'node:child_process';
import { CAPTURE_DEFAULTS, type CaptureCapability } from '@capstan/contracts';
import { curlOf } from './curl';
import { NO_OPTIONS } from './device-options';
import { bodyOf, type Draft, type DraftTarget, duplicateKeys, EMPTY_DRAFT, mostMegabytes, targetOf } from './draft';
import { problemAt, problemsOf, stepOf, targetProblems } from './draft-problems';
import { loadDraft, saveDraft } from './draft-storage';
import { parseHosts } from './paste-hosts';

const target = (overrides: Partial<DraftTarget> = {}): DraftTarget => ({ ...targetOf('a', { deviceType: 'linux', host: 'edge-1.lab', port: '', interface: '' }), ...overrides });
const credential = '0190a7de-0000-7000-8000-000000000009';
const draft = (overrides: Partial<Draft> = {}): Draft => ({ ...EMPTY_DRAFT, sharedCredentialId: credential, targets: [target()], ...overrides });
const paths = (of: Draft, secrets = {}) => problemsOf(bodyOf(of, secrets)).map(({ path }) => path);

describe(bodyOf.name, () => {
  it('leaves empty fields to the defaults of the server', () => {
    expect(bodyOf(draft(), {})).toEqual({ mode: 'standard', duration_sec: 60, credential_id: credential, targets: [{ device_type: 'linux', host: 'edge-1.lab' }], options: { arm_timeout_sec: 90, allow_partial: true } });
  });

  it('sends a duration or a ring, never both', () => {
    expect(bodyOf(draft({ mode: 'rotating' }), {})).toMatchObject({ size_per_file_mb: 25, max_files: 10 });
    expect(bodyOf(draft({ mode: 'rotating' }), {})).not.toHaveProperty('duration_sec');
  });

  it('sends the password of the way that is chosen only', () => {
    const typed = draft({ sharedAccess: 'typed', sharedUsername: 'capture', targets: [target({ access: 'stored', credentialId: credential, username: 'left over' })] });
    expect(bodyOf(typed, { shared: 'one', a: 'two' })).toMatchObject({ username: 'capture', password: 'one', targets: [{ device_type: 'linux', host: 'edge-1.lab', credential_id: credential }] });
  });
});

describe('options of a device', () => {
  const knows = (...options: CaptureCapability['options']) => [{ device_type: 'linux', options } as CaptureCapability];
  const options = { ...NO_OPTIONS, bufferMb: 20, takeover: true, legacyCrypto: 'never' as const, jumps: [{ host: ' bastion ', port: '' as const, credentialId: credential }] };

  it('are sent when the device type knows them, SSH whenever it is reached that way', () => {
    const [sent] = bodyOf(draft({ targets: [target({ options })] }), {}, knows('buffer_mb')).targets;
    expect(sent).toEqual({ device_type: 'linux', host: 'edge-1.lab', buffer_mb: 20, legacy_crypto: 'never', jump: [{ host: 'bastion', credential_id: credential }] });
    expect(problemsOf(bodyOf(draft({ targets: [target({ options })] }), {}, knows('buffer_mb')))).toEqual([]);
  });

  it('that were chosen for another type are kept and not sent; an Expressway has jump hosts, and no SSH of its own', () => {
    expect(bodyOf(draft({ targets: [target({ deviceType: 'expressway', options })] }), {}, [{ device_type: 'expressway', options: ['takeover'] } as unknown as CaptureCapability]).targets).toEqual([
      { device_type: 'expressway', host: 'edge-1.lab', takeover: true, jump: [{ host: 'bastion', credential_id: credential }] },
    ]);
  });

  it('are told wrong at their own place', () => {
    expect(paths(draft({ targets: [target({ options: { ...NO_OPTIONS, bufferMb: 500, jumps: [{ host: 'no host!', port: '', credentialId: '' }] } })] }))).toEqual(['targets.0.buffer_mb', 'targets.0.jump.0.host', 'targets.0.jump.0.credential_id']);
  });
});

describe(problemsOf.name, () => {
  it('finds nothing wrong with a draft the server takes', () => {
    expect(problemsOf(bodyOf(draft(), {}))).toEqual([]);
  });

  it.each<[string, Draft, string]>([
    ['no target', draft({ targets: [] }), 'targets'],
    ['a newline in an interface', draft({ targets: [target({ interface: 'eth0\nreboot' })] }), 'targets.0.interface'],
    ['a missing duration', draft({ durationSec: '' }), 'duration_sec'],
    ['a short duration', draft({ durationSec: 5 }), 'duration_sec'],
    ['host and source together', draft({ filter: { ...EMPTY_DRAFT.filter, host: '10.0.0.1', src: '10.0.0.2' } }), 'filter.host'],
    ['a filter with a shell character', draft({ filter: { ...EMPTY_DRAFT.filter, host: '10.0.0.1;reboot' } }), 'filter.host'],
    ['no credentials', draft({ sharedCredentialId: '' }), 'targets.0'],
    ['typed credentials without a password', draft({ sharedAccess: 'typed', sharedUsername: 'capture' }), 'targets.0'],
  ])('finds %s', (_name, wrong, path) => {
    expect(paths(wrong)).toContain(path);
  });

  it('says in words how far a number is off', () => {
    expect(problemAt(problemsOf(bodyOf(draft({ durationSec: 5 }), {})), 'duration_sec')).toBe('must be at least 10');
    expect(problemAt(problemsOf(bodyOf(draft({ durationSec: 900 }), {})), 'duration_sec')).toBe('must be at most 600');
    expect(problemAt(problemsOf(bodyOf(draft({ durationSec: '' }), {})), 'duration_sec')).toBe('is needed in standard mode');
  });

  it('knows the step and the target of a problem', () => {
    expect(['targets.3.host', 'credential_id', 'filter.port', 'duration_sec'].map(stepOf)).toEqual(['targets', 'targets', 'options', 'options']);
    const problems = [{ path: 'targets.1.host', code: 'x', message: 'one' }, { path: 'targets.10.host', code: 'x', message: 'ten' }];
    expect(targetProblems(problems, 1).map(({ message }) => message)).toEqual(['one']);
  });
});

describe(parseHosts.name, () => {
  it('reads hosts, ports, interfaces and IPv6', () => {
    expect(parseHosts('edge-1.lab\n10.0.0.7:2222 eth1, edge-2.lab\n\n# spare\n[2001:db8::7]:22\n2001:db8::8 eth0').map(({ host, port, interface: name, line }) => [line, host, port, name])).toEqual([
      [1, 'edge-1.lab', '', ''],
      [2, '10.0.0.7', 2222, 'eth1'],
      [2, 'edge-2.lab', '', ''],
      [5, '2001:db8::7', 22, ''],
      [6, '2001:db8::8', '', 'eth0'],
    ]);
  });

  it('reads the type of a device in front of it, and does not take a host for a type', () => {
    expect(parseHosts('CUCM 10.0.0.7\ncube edge-1:2222 Gi2, expressway exp\ncucm').map(({ deviceType, host, port, interface: name }) => [deviceType, host, port, name])).toEqual([
      ['cucm', '10.0.0.7', '', ''],
      ['cube', 'edge-1', 2222, 'Gi2'],
      ['expressway', 'exp', '', ''],
      [undefined, 'cucm', '', ''],
    ]);
  });

  it('names the line that is wrong', () => {
    expect(parseHosts('ok.lab\nbad_host!\nh:99999\nh eth0 extra\nh 9eth').map(({ line, problem }) => [line, problem])).toEqual([
      [1, undefined],
      [2, 'is not a host name or an IP address'],
      [3, 'has a port that is not between 1 and 65535'],
      [4, 'has more than a type, a host and an interface'],
      [5, 'has something that is not an interface name'],
    ]);
  });
});

describe(duplicateKeys.name, () => {
  it('knows that the default port is the same place', () => {
    expect([...duplicateKeys([target({ key: 'a' }), target({ key: 'b', port: 22, interface: 'any' }), target({ key: 'c', port: 2222 })], CAPTURE_DEFAULTS)]).toEqual(['b']);
  });

  it('finds the same place twice, but not another interface of the same host', () => {
    expect([...duplicateKeys([target({ key: 'a' }), target({ key: 'b', host: 'EDGE-1.lab ' }), target({ key: 'c', interface: 'eth1' })], CAPTURE_DEFAULTS)]).toEqual(['b']);
  });
});

describe(mostMegabytes.name, () => {
  it('is size times files of a ring, and unknown otherwise', () => {
    expect([mostMegabytes(draft({ mode: 'rotating' })), mostMegabytes(draft({ mode: 'rotating', maxFiles: '' })), mostMegabytes(draft())]).toEqual([250, undefined, undefined]);
  });
});

describe(loadDraft.name, () => {
  const storage = () => {
    const kept = new Map<string, string>();
    return { kept, getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
  };

  it('brings a draft back, and an empty one where nothing or nonsense is kept', () => {
    const box = storage();
    saveDraft(box, draft({ name: 'Night shift' }));
    expect(loadDraft(box)).toEqual(draft({ name: 'Night shift' }));
    saveDraft(box, undefined);
    expect(loadDraft(box)).toBe(EMPTY_DRAFT);
    expect(loadDraft({ getItem: () => '{"targets": 7' })).toBe(EMPTY_DRAFT);
    expect(loadDraft({ getItem: () => '{"targets":[1,null],"tree":{"key":"root","op":"nor","children":[]}}' })).toEqual(EMPTY_DRAFT);
  });

  it('has no place for a password', () => {
    const box = storage();
    saveDraft(box, draft({ sharedAccess: 'typed', sharedUsername: 'capture' }));
    expect([...box.kept.values()].join()).not.toMatch(/password/i);
  });
});

describe(curlOf.name, () => {
  const body = bodyOf(draft({ name: 'a $(touch /x) `b` "c" \\d', sharedAccess: 'typed', sharedUsername: 'capture', targets: [target(), target({ key: 'b', access: 'typed', username: 'root' })] }), { shared: 'hunter2', b: 'hunter3' });

  it('holds no secret', () => {
    expect(curlOf(body, 'https://capstan.example')).not.toMatch(/hunter/);
  });

  it('sends exactly the body of the form when a shell runs it, with passwords from the environment', () => {
    const script = curlOf(body, 'https://capstan.example').replace(/^curl[\s\S]*?--data @-/, 'cat');
    const sent: unknown = JSON.parse(execFileSync('sh', ['-c', script], { env: { PATH: '/bin:/usr/bin', DEVICE_PASSWORD: 'hunter2', DEVICE_PASSWORD_2: 'hunter3' } }).toString());
    expect(sent).toEqual(body);
  });
});
