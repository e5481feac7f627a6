import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { routes } from '@capstan/contracts';
import { extractMember, inspectBundle } from '../bundle/bundle';
import { say } from '../terminal';
import { accountOf, download, follow } from './capture-session';
import type { DemoPart } from './demo-part';

const DURATION_SEC = 15;
const run = promisify(execFile);

/** Captures on every Linux host of the lab at once; what arrives must be what capinfos counts and the manifest names. */
export const capturePackets: DemoPart = async ({ api, lab, dataDir }) => {
  const targets = await Promise.all(
    lab.inventory.targets.map(async (target) => ({
      device_type: target.device_type,
      host: target.host,
      port: target.port,
      interface: target.interface,
      ...(await accountOf(api, target)),
    })),
  );
  const created = await api.call(routes.createCaptureSession, { body: { name: 'Demo: SIP and RTP between the lab hosts', duration_sec: DURATION_SEC, targets } });
  say(`Session ${created.session_id}: ${created.message}`);
  const session = await follow(api, created.session_id);
  say('');
  say(`The session is ${session.status}; the first and the last start line left ${session.start_spread_ms ?? '?'} ms apart.`);
  const bundle = await download(api, session, dataDir);
  const report = await inspectBundle(bundle);
  const counts = await countPackets(bundle, report.members.map((member) => member.name).filter((name) => name.includes('.pcap')));
  let good = session.status === 'completed' && report.differences.length === 0 && session.targets.length >= 3;
  for (const target of session.targets) {
    const counted = counts.filter(({ name }) => name.includes(target.filename ?? '\0')).reduce((sum, { packets }) => sum + packets, 0);
    const equal = counted === target.packets_captured && counted > 0;
    good &&= equal;
    say(`  ${target.host} ${target.interface}: ${target.status}, ${target.packets_captured ?? 0} packets, capinfos counts ${counted} ${equal ? '(equal)' : '(DIFFERENT)'}${target.error === null ? '' : `; ${target.error_code}: ${target.error}`}`);
  }
  for (const difference of report.differences) {
    say(`  DIFFERENT: ${difference}`);
  }
  say(`${bundle}: ${report.members.length} members, ${report.differences.length === 0 ? 'every one matches the manifest' : `${report.differences.length} differences`}`);
  return good;
};

/** Counts packets with Wireshark's capinfos, which knows nothing of Capstan. */
async function countPackets(bundle: string, names: readonly string[]): Promise<{ name: string; packets: number }[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'capstan-demo-'));
  try {
    const counts: { name: string; packets: number }[] = [];
    for (const [index, name] of names.entries()) {
      const file = path.join(folder, `${index}.pcap`);
      await extractMember(bundle, name, file);
      const { stdout } = await run('capinfos', ['-Mrc', '-T', file]);
      counts.push({ name, packets: Number(stdout.trim().split('\t').at(-1)) });
    }
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
