import { captureCapability } from '@capstan/contracts';
import type { CaptureTarget } from '../../packet-capture/capture-driver';
import { captureDrivers, DriverRegistry } from '../registry';
import { LinuxDriver } from './linux-driver';
import { readLinuxPlan } from './linux-plan';
import { configureScript } from './scripts';

const target: CaptureTarget = {
  kind: 'packet-capture', device_type: 'linux', host: 'h', port: 2_222, interface: 'eth0', credential_id: '', mode: 'standard', size_per_file_mb: 25, max_files: 10, filter: undefined, on_unsupported: 'refuse',
};

describe(LinuxDriver.name, () => {
  const sut = new LinuxDriver();

  it('previews a standard capture', () => {
    expect(sut.preview({ ...target, filter: { protocol: 'udp', port: 5_060 } })).toEqual({
      command: "tcpdump -i eth0 -nn -s 0 -U -Z root -w '<folder>/capture.pcap' '(udp and port 5060) and not (host <collector> and tcp port 2222)'",
      filterExpression: '(udp and port 5060) and not (host <collector> and tcp port 2222)',
      postFilter: null,
      dropped: [],
    });
  });

  it('does without libpcap\'s optimiser where a filter is more than the short form', () => {
    expect(sut.preview({ ...target, filter: { expression: { any: [{ port: 5_060 }, { src: '10.0.0.0/8' }] } } })).toMatchObject({
      command: expect.stringMatching(/^tcpdump -O -i eth0 .*'\(port 5060 or src net 10\.0\.0\.0\/8\) and not/),
    });
  });

  it('previews a ring', () => {
    expect(sut.preview({ ...target, mode: 'rotating', size_per_file_mb: 5, max_files: 7 }).command).toContain(' -C 5 -W 7 ');
  });

  it('has its place in the registry, beside those of the other platforms', () => {
    const registry = new DriverRegistry(captureDrivers({ silentSec: 600 }));
    expect(registry.available()).toEqual(['cucm', 'cube', 'csr1000v', 'expressway', 'linux']);
    const capabilities = registry.capabilities();
    expect(capabilities.map(({ device_type, available }) => [device_type, available])).toEqual([['cucm', true], ['cube', true], ['csr1000v', true], ['expressway', true], ['linux', true]]);
    expect(capabilities.every((capability) => captureCapability.safeParse(capability).success)).toBe(true);
  });
});

describe(readLinuxPlan.name, () => {
  const plan = { driver: 'linux', task_id: 't', work: '/var/tmp/capstan-01a1fd1f-e31d-73a2-9fa0-423559babfd2', control: '/dev/shm/capstan-01a1fd1f-e31d-73a2-9fa0-423559babfd2', elevation: 'none', expression: '', reserve_kib: 0 };

  it('takes back its own plan', () => {
    expect(readLinuxPlan(plan)).toEqual(plan);
  });

  it.each(['/', '/etc', '/var/tmp/capstan-1; rm -rf /', '/var/tmp/../../capstan-x'])('never removes %j', (work) => {
    expect(() => readLinuxPlan({ ...plan, work })).toThrow(expect.objectContaining({ code: 'INTERNAL_ERROR' }));
  });
});

describe(configureScript.name, () => {
  it('holds no script that could end its own text early', () => {
    const text = configureScript({ 'a.sh': 'echo "$X"' });
    expect(text.match(/CAPSTAN-END-OF-SCRIPT/g)).toHaveLength(2);
  });
});
