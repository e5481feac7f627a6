import { execFile } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type CaptureSessionInfo, routes, type ServerMessages } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { io } from 'socket.io-client';
import { extractMember, inspectBundle } from '../bundle/bundle';
import type { ApiClient } from '../client/api-client';
import type { LabTarget } from '../lab/lab-process';
import { say } from '../terminal';
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

/** How to log in to a lab host: by its password, or by a stored key where it takes nothing else. */
async function accountOf(api: ApiClient, target: LabTarget): Promise<{ username: string; password: string } | { credential_id: string }> {
  if (target.password !== undefined) {
    return { username: target.username, password: target.password };
  }
  const { credential } = await api.call(routes.createCredential, {
    body: { name: `demo ${target.name} ${systemIds.next().slice(-12)}`, kind: 'ssh_key', username: target.username, private_key: target.private_key },
  });
  return { credential_id: credential.credential_id };
}

/** Follows a session on the socket, printing states as they come and numbers every two seconds, until it is terminal. */
async function follow(api: ApiClient, sessionId: string): Promise<CaptureSessionInfo> {
  const socket = io(api.address, { transports: ['websocket'], auth: { token: api.token } });
  const packets = new Map<string, number>();
  let shown = 0;
  socket.on('connect', () => socket.emit('subscribe', { channels: [`session:${sessionId}`] }, () => undefined));
  socket.on('session:state', ({ session }: ServerMessages['session:state']) => say(`  session  ${session.state}`));
  socket.on('session:target', ({ target }: ServerMessages['session:target']) => say(`  ${target.title.padEnd(15)} ${target.state}${target.message === null ? '' : `: ${target.message}`}`));
  socket.on('session:progress', (progress: ServerMessages['session:progress']) => {
    packets.set(progress.target_id, progress.metrics['packets_captured'] ?? 0);
    if (systemClock.monotonic() - shown > 2_000) {
      shown = systemClock.monotonic();
      say(`  packets so far: ${[...packets.values()].join(' + ')}`);
    }
  });
  try {
    for (;;) {
      const { session } = await api.call(routes.getCaptureSession, { params: { id: sessionId } });
      if (session.completed_at !== null) {
        return session;
      }
      await systemClock.sleep(500);
    }
  } finally {
    socket.close();
  }
}

async function download(api: ApiClient, session: CaptureSessionInfo, dataDir: string): Promise<string> {
  const response = await api.fetch(routes.downloadCaptureSession, { params: { id: session.session_id } });
  const folder = path.join(dataDir, 'bundles');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, session.bundle_filename ?? `${session.session_id}.zip`);
  await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file, { mode: 0o600 }));
  return file;
}

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
