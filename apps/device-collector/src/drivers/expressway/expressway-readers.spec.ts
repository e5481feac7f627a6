import fc from 'fast-check';
import { memberBaseName, useOfMember } from './archive-members';
import { readClusterPeers } from './cluster-peers';
import { dateClockOffset } from './date-clock';
import { readDiagnosticStatus, readMessage } from './diagnostic-status';
import { readExpresswayPlan } from './expressway-plan';

describe(readDiagnosticStatus.name, () => {
  it.each([
    [{ Mode: 'start', TCPDump: 'on', DownLoadStatus: 'Not ready' }, true, 'preparing'],
    [{ Mode: 'stop', TCPDump: 'on', DownLoadStatus: 'Ready to download' }, false, 'ready'],
    [{ Status: 'In progress', DownLoadStatus: '' }, true, undefined],
    [{ Status: 'Inactive', Mode: 'start' }, false, undefined],
    [{ Status: 'Not running' }, false, undefined],
    [{ status: 'not in progress' }, false, undefined],
    [[{ DiagnosticLogging: { LoggingStatus: 'Running' } }, { DownLoadStatus: 'Collecting logs' }], true, 'preparing'],
    [{ Active: true }, true, undefined],
    [{ TCPDump: 'on' }, undefined, undefined],
    [{ DownloadStatus: 'Download in progress' }, undefined, 'preparing'],
    ['<html>', undefined, undefined],
    [undefined, undefined, undefined],
    [null, undefined, undefined],
  ])('reads %j', (answer, running, download) => {
    expect(readDiagnosticStatus(answer)).toMatchObject({ running, download });
  });

  it('takes anything without failing', () => {
    fc.assert(fc.property(fc.jsonValue(), (answer) => typeof readDiagnosticStatus(answer).words === 'string' && typeof readMessage(answer) !== 'object'));
  });
});

describe(readClusterPeers.name, () => {
  it.each([
    [[{ Address: '10.0.0.1', Primary: 'false' }, { Address: '10.0.0.2', Primary: 'true' }], ['10.0.0.1', '10.0.0.2'], '10.0.0.2'],
    [{ Peers: ['10.0.0.1', '10.0.0.2'], ConfigurationPrimary: 2 }, ['10.0.0.1', '10.0.0.2'], '10.0.0.2'],
    [{ ClusterPeers: { 1: { PeerAddress: 'exp1.example.net', IsMaster: true }, 2: { PeerAddress: 'exp2.example.net' } } }, ['exp1.example.net', 'exp2.example.net'], 'exp1.example.net'],
    [{ Peers: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }], Primary: '10.0.0.1' }, ['10.0.0.1'], '10.0.0.1'],
    [{ Peers: [{ Address: '10.0.0.1; reboot' }, { Address: '-oX' }, { Address: '10.0.0.3' }] }, ['10.0.0.3'], undefined],
    [[], [], undefined],
    [undefined, [], undefined],
    [{ Peers: Array.from({ length: 50 }, (_, index) => ({ Address: `10.0.1.${index}` })) }, ['10.0.1.0', '10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4', '10.0.1.5'], undefined],
  ])('reads %j', (answer, peers, primary) => {
    expect(readClusterPeers(answer)).toEqual({ peers, primary });
  });
});

describe(dateClockOffset.name, () => {
  it('finds the true offset within what it states, closer than a second', () => {
    const reading = fc.record({ at: fc.integer({ min: 0, max: 5_000 }), out: fc.integer({ min: 0, max: 80 }), back: fc.integer({ min: 0, max: 80 }) });
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), fc.array(reading, { minLength: 1, maxLength: 10 }), (offset, samples) => {
        const start = 1_800_000_000_000;
        const found = dateClockOffset(
          samples.map(({ at, out, back }) => ({ sentAt: start + at, receivedAt: start + at + out + back, date: new Date(Math.floor((start + at + out + offset) / 1_000) * 1_000).toUTCString() })),
        );
        return found !== undefined && Math.abs(found.offsetMs - offset) <= found.uncertaintyMs && found.uncertaintyMs <= 600;
      }),
    );
  });

  it('uses the best single answer when the clock was set meanwhile', () => {
    const at = Date.parse('2026-11-21T10:00:00Z');
    const found = dateClockOffset([
      { sentAt: at, receivedAt: at + 10, date: new Date(at).toUTCString() },
      { sentAt: at + 100, receivedAt: at + 105, date: new Date(at + 3_600_000).toUTCString() },
    ]);
    expect(found?.uncertaintyMs).toBeLessThan(510);
  });

  it.each([undefined, '', 'yesterday'])('knows nothing from %j', (date) => {
    expect(dateClockOffset([{ sentAt: 1, receivedAt: 2, date }])).toBeUndefined();
  });
});

describe(useOfMember.name, () => {
  it.each([
    ['eth0_diagnostic_logging_tcpdump00_exp1_2026-11-21_10:15:00.pcap', { kind: 'pcap', interface: 'eth0' }],
    ['a/b/ETH1_x.PCAP', { kind: 'pcap', interface: 'ETH1' }],
    ['lo_tcpdump.pcap0', { kind: 'pcap', interface: 'lo' }],
    ['capture.pcapng', { kind: 'pcap', interface: 'capture' }],
    ['loggingsnapshot_exp1.txt', { kind: 'log' }],
    ['xconf_dump_exp1_log.txt', { kind: 'skip' }],
    ['xstat_dump.txt', { kind: 'skip' }],
    ['server.pem', { kind: 'skip' }],
    ['../../etc/passwd', { kind: 'skip' }],
  ])('decides about %s', (name, use) => {
    expect(useOfMember(name)).toEqual(use);
  });

  it.each([
    ['../../../etc/cron.d/x.pcap', 'x.pcap'],
    ['C:\\windows\\y.pcap', 'y.pcap'],
    ['/', ''],
  ])('never looks at the folders of %s', (path, name) => {
    expect(memberBaseName(path)).toBe(name);
  });
});

describe(readExpresswayPlan.name, () => {
  const plan = { driver: 'expressway', task_id: 't', base: '/api/v1/provisioning/common', method: 'PUT', primary: '10.0.0.1', peers: ['10.0.0.1'] };

  it('takes back its own plan', () => {
    expect(readExpresswayPlan(plan)).toEqual(plan);
  });

  it.each([{ base: '/api/v1/../../admin' }, { method: 'DELETE' }, { primary: 'a b' }, { peers: [] }, { driver: 'linux' }])('never follows one with %j', (change) => {
    expect(() => readExpresswayPlan({ ...plan, ...change })).toThrow(expect.objectContaining({ code: 'INTERNAL_ERROR' }));
  });
});
