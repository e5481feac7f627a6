import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inventory } from '../src/inventory';
import { LabProcess, target } from './lab-process';
import { eventually, ssh } from './ssh';

jest.setTimeout(60_000);

describe('voice traffic', () => {
  let sut: LabProcess;
  let inventory: Inventory;
  let folder: string;
  let capture: string;

  beforeAll(async () => {
    LabProcess.build();
    folder = mkdtempSync(join(tmpdir(), 'lab-voice-'));
    capture = join(folder, 'capture.pcap');
    // Without immediate mode, tcpdump loses up to a second of packets at SIGINT: those the kernel has not handed over yet.
    // No call until the capture runs, so that it holds every call from INVITE to the last 200.
    ({ lab: sut, inventory } = await LabProcess.start('--mode', 'namespaces', '--hosts', '2', '--calls-per-min', '0'));
    const host = target(inventory, 'lab-linux-1');
    const running = ssh(host, 'exec tcpdump -i eth0 --immediate-mode -U -w - not port 22', 'root');
    await eventually(
      () => sut.control({ do: 'ps', host: host.name }),
      (answer) => JSON.stringify(answer.processes).includes('tcpdump -i eth0'),
    );
    await ssh(host, 'until [ "$(wc -l < /proc/net/packet)" -gt 1 ]; do :; done', 'root');
    await sut.control({ do: 'traffic', calls_per_min: 60 });
    await eventually(() => sut.control({ do: 'status' }), (answer) => placed(answer) >= 3);
    await sut.control({ do: 'traffic', calls_per_min: 0 });
    await eventually(() => sut.control({ do: 'status' }), (answer) => completed(answer) === placed(answer), 20_000);
    await ssh(host, 'pkill -INT tcpdump', 'root');
    writeFileSync(capture, (await running).stdout);
  }, 120_000);

  afterAll(async () => {
    await LabProcess.stopAll();
    rmSync(folder, { recursive: true });
  });

  const placed = (answer: Record<string, unknown>): number => (answer.traffic as { calls_placed: number }).calls_placed;
  const completed = (answer: Record<string, unknown>): number => (answer.traffic as { calls_completed: number }).calls_completed;
  const tshark = (...args: string[]): string[] => execFileSync('tshark', ['-n', '-r', capture, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n').filter(Boolean);

  it('is made of whole calls: INVITE, 100, 180, 200, ACK, BYE, 200', async () => {
    const messages = tshark('-Y', 'sip && sip.CSeq.method != "OPTIONS"', '-T', 'fields', '-e', 'sip.Call-ID', '-e', 'sip.Method', '-e', 'sip.Status-Code');
    const calls = new Map<string, string[]>();
    for (const message of messages) {
      const [id = '', method, status] = message.split('\t');
      calls.set(id, [...(calls.get(id) ?? []), method || status || '']);
    }
    expect(calls.size).toBe(placed(await sut.control({ do: 'status' })));
    for (const flow of calls.values()) {
      expect(flow).toEqual(['INVITE', '100', '180', '200', 'ACK', 'BYE', '200']);
    }
  });

  it('has two RTP streams per call, without loss, of the length of the call', async () => {
    const streams = tshark('-q', '-z', 'rtp,streams').filter((line) => line.includes('g711U'));
    expect(streams).toHaveLength(2 * placed(await sut.control({ do: 'status' })));
    for (const stream of streams) {
      const [, packets, lost] = /g711U\s+(\d+)\s+(\d+) \(/.exec(stream) ?? [];
      expect(Number(lost)).toBe(0);
      expect(Number(packets)).toBeGreaterThan(390);
      expect(Number(packets)).toBeLessThan(415);
    }
  });

  it('sends RTP where the session descriptions say', () => {
    const described = new Set(tshark('-Y', 'sdp', '-T', 'fields', '-e', 'sdp.connection_info.address', '-e', 'sdp.media.port'));
    const used = new Set(tshark('-Y', 'rtp', '-T', 'fields', '-e', 'ip.dst', '-e', 'udp.dstport'));
    expect([...used].sort()).toEqual([...described].sort());
  });

  it('has sender reports and a heartbeat, and nothing that a dissector calls broken', () => {
    expect(tshark('-Y', 'rtcp.pt == 200').length).toBeGreaterThan(0);
    expect(tshark('-Y', 'sip.Method == "OPTIONS"').length).toBeGreaterThan(0);
    expect(tshark('-Y', 'icmp.type == 3').length).toBeGreaterThan(0);
    expect(tshark('-Y', 'tcp.flags.reset == 1').length).toBeGreaterThan(0);
    expect(tshark('-Y', '_ws.malformed')).toEqual([]);
  });
});
