import { packetCaptureTarget } from '@capstan/contracts';
import { completeTarget } from '../../packet-capture/packet-capture.executor';
import { captureName, isCapstanName } from './capture-name';
import { IosXeDriver } from './ios-xe-driver';
import { readIosXePlan } from './ios-xe-plan';

const target = (spec: Record<string, unknown> = {}) =>
  completeTarget(packetCaptureTarget.parse({ kind: 'packet-capture', device_type: 'cube', host: 'r1', credential_id: '01890000-0000-7000-8000-000000000000', ...spec }));

describe(IosXeDriver.name, () => {
  const sut = new IosXeDriver();

  it('shows every command of a capture before anyone connects', () => {
    const { command, filterExpression } = sut.preview(target({ filter: { protocol: 'tcp', port: 22 }, buffer: 'circular', buffer_mb: 20, packet_limit: 500, direction: 'in', port: 2222 }));
    expect(command.split('\n')).toEqual([
      'configure terminal',
      'ip access-list extended CSXXXXXX_A',
      'deny tcp host <collector> any eq 22',
      'deny tcp any eq 22 host <collector>',
      'deny tcp host <collector> any eq 2222',
      'deny tcp any eq 2222 host <collector>',
      'permit tcp any eq 22 any',
      'permit tcp any any eq 22',
      'end',
      'monitor capture CSXXXXXX interface GigabitEthernet1 in',
      'monitor capture CSXXXXXX buffer circular size 20',
      'monitor capture CSXXXXXX limit duration <duration + 10>',
      'monitor capture CSXXXXXX limit packet-len 9500',
      'monitor capture CSXXXXXX limit pps 1000000',
      'monitor capture CSXXXXXX limit packets 500',
      'monitor capture CSXXXXXX access-list CSXXXXXX_A',
      'monitor capture CSXXXXXX start',
    ]);
    expect(filterExpression).toContain('permit tcp any any eq 22');
  });

  it('§D.9: makes a ring of files one circular buffer, and says how much of it there can be', () => {
    expect(sut.preview(target({ mode: 'rotating', size_per_file_mb: 2, max_files: 3 })).command).toContain('buffer circular size 6\n');
    expect(sut.preview(target({ mode: 'rotating' })).command).toContain('buffer circular size 100\n');
    expect(sut.capabilities('cube').remarks.join(' ')).toContain('at most 100 MB');
  });

  it('captures at the control plane when asked to', () => {
    expect(sut.preview(target({ control_plane: true })).command).toContain('monitor capture CSXXXXXX control-plane both\n');
  });
});

describe(captureName.name, () => {
  it('is the same for the same task, another one for another, and no longer than old releases take', () => {
    const names = Array.from({ length: 500 }, (_, index) => captureName(`task-${index}`));
    expect(new Set(names).size).toBe(500);
    expect(names.every((name) => isCapstanName(name) && name.length === 8)).toBe(true);
    expect(captureName('task-1')).toBe(names[1]);
  });
});

describe(readIosXePlan.name, () => {
  const plan = { driver: 'ios-xe', task_id: 't', name: 'CSABCDEF', acl: null, file_system: 'flash:', file: 'CSABCDEF.pcap', limit_sec: 70, packet_limit: null, buffer_mb: 50, circular: false };

  it('§D.12: takes no plan that would remove what is not ours', () => {
    expect(readIosXePlan(plan)).toEqual(plan);
    for (const wrong of [{ name: 'COLLEAGUE' }, { acl: 'MANAGEMENT_IN' }, { file: 'packages.conf' }, { file_system: 'nvram:/../' }, { driver: 'linux' }]) {
      expect(() => readIosXePlan({ ...plan, ...wrong })).toThrow(expect.objectContaining({ code: 'INTERNAL_ERROR' }));
    }
  });
});
