import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { routes, type VoiceReport } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { inspectBundle } from '../bundle/bundle';
import type { ApiClient } from '../client/api-client';
import { ProblemError } from '../client/api-client';
import type { LabGear } from '../lab/lab-process';
import { say } from '../terminal';
import { accountOf, download, follow } from './capture-session';
import type { DemoPart } from './demo-part';

const DURATION_SEC = 20;
const REPORT_TIMEOUT_MS = 60_000;
/** How long one message may take from one device to the next, in milliseconds: both see it, but not at the same instant. */
const ON_THE_WIRE_MS = 50;
const run = promisify(execFile);

type GearTarget = Pick<LabGear, 'device_type' | 'host' | 'port' | 'interface' | 'username' | 'password'> & { readonly app_credential_id?: string };

/**
 * One session over a device of each type, all clocks of the voice gear off by up to seconds; ends in one merged capture whose
 * corrected times agree, and a report on the calls in it.
 */
export const captureVoice: DemoPart = async ({ api, lab, dataDir }) => {
  const [host] = lab.inventory.targets;
  const gear = lab.inventory.voice_gear.filter(({ name }) => name.endsWith('-1'));
  const targets = [
    ...(await Promise.all(gear.map((each) => gearTarget(api, each)))),
    ...(host === undefined ? [] : [{ device_type: host.device_type, host: host.host, port: host.port, interface: host.interface, ...(await accountOf(api, host)) }]),
  ];
  const created = await api.call(routes.createCaptureSession, { body: { name: 'Demo: calls through the voice gear', duration_sec: DURATION_SEC, targets } });
  say(`Session ${created.session_id}: ${created.message}`);
  const session = await follow(api, created.session_id);
  say('');
  say(`The session is ${session.status}; the first and the last start line left ${session.start_spread_ms ?? '?'} ms apart.`);
  for (const { device_type: type, host: address, status, packets_captured: packets, error_code: code, error } of session.targets) {
    say(`  ${type.padEnd(10)} ${address.padEnd(15)} ${status}, ${packets ?? 0} packets${error === null ? '' : `; ${code}: ${error}`}`);
  }
  const report = await reportOf(api, created.session_id);
  sayReport(report);
  const merged = await mergedCapture(api, created.session_id, dataDir);
  const warnings = await complaintsOf(merged);
  say(`  ${merged}: tshark opens it ${warnings === '' ? 'without a warning' : `with: ${warnings}`}`);
  const bundle = await inspectBundle(await download(api, session, dataDir));
  say(`  bundle: ${bundle.members.length} members, ${bundle.differences.length === 0 ? 'every one matches the manifest' : bundle.differences.join('; ')}`);
  return session.status === 'completed' && session.targets.length === 5 && warnings === '' && bundle.differences.length === 0 && invitesAgree(report);
};

/** What a capture needs of a device. A CUCM's files are fetched by its application account. */
async function gearTarget(api: ApiClient, gear: LabGear): Promise<GearTarget> {
  const base = { device_type: gear.device_type, host: gear.host, port: gear.port, interface: gear.interface, username: gear.username, password: gear.password };
  if (gear.application_account === undefined) {
    return base;
  }
  const { credential } = await api.call(routes.createCredential, {
    body: { name: `demo ${gear.name} ${systemIds.next().slice(-12)}`, kind: 'app_password', ...gear.application_account },
  });
  return { ...base, app_credential_id: credential.credential_id };
}

/** The report, which is made after the session has ended. */
async function reportOf(api: ApiClient, sessionId: string): Promise<VoiceReport> {
  const giveUpAt = systemClock.monotonic() + REPORT_TIMEOUT_MS;
  for (;;) {
    try {
      return await api.call(routes.voiceReport, { params: { id: sessionId } });
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'ANALYSIS_RUNNING' || systemClock.monotonic() > giveUpAt) {
        throw error;
      }
      await systemClock.sleep(500);
    }
  }
}

function sayReport({ summary, interfaces, calls }: VoiceReport): void {
  say(`  voice report: ${summary.calls} calls (${summary.answered} answered, ${summary.rejected} rejected, ${summary.one_way} with one-way audio), ${summary.streams} RTP streams, ${summary.streams_with_loss} with loss, worst MOS ${summary.worst_mos?.toFixed(2) ?? 'unknown'}`);
  for (const { host, device_type: type, interface: name, packets, clock } of interfaces) {
    say(`    ${type.padEnd(10)} ${host.padEnd(15)} ${name.padEnd(16)} ${String(packets).padStart(6)} packets, clock ${clock.offset_ms.toFixed(1)} ms ± ${clock.uncertainty_ms?.toFixed(1) ?? '?'} ms`);
  }
  for (const finding of calls.flatMap((call) => call.findings.map(({ message }) => `call ${call.id}: ${message}`)).slice(0, 5)) {
    say(`    ${finding}`);
  }
}

/** Whether every INVITE was seen by several devices at the same time, as exactly as the report says their clocks are known. */
function invitesAgree({ calls, interfaces }: VoiceReport): boolean {
  const uncertainty = new Map(interfaces.map(({ index, clock }) => [index, clock.uncertainty_ms ?? Number.POSITIVE_INFINITY]));
  let compared = 0;
  let worst = 0;
  let agree = true;
  for (const { seen_by: seen } of calls.flatMap((call) => call.messages.filter(({ method }) => method === 'INVITE'))) {
    for (const [index, one] of seen.entries()) {
      for (const other of seen.slice(index + 1)) {
        const apart = Math.abs(one.at - other.at);
        compared += 1;
        worst = Math.max(worst, apart);
        agree &&= apart <= (uncertainty.get(one.interface) ?? 0) + (uncertainty.get(other.interface) ?? 0) + ON_THE_WIRE_MS;
      }
    }
  }
  say(`  INVITEs seen by two devices: ${compared}, at most ${worst.toFixed(1)} ms apart by the corrected clocks (${agree ? 'within' : 'BEYOND'} the stated uncertainty)`);
  return agree && compared > 0;
}

async function mergedCapture(api: ApiClient, sessionId: string, dataDir: string): Promise<string> {
  const response = await api.fetch(routes.mergedCapture, { params: { id: sessionId } });
  const file = path.join(dataDir, 'bundles', `merged_${sessionId.slice(0, 8)}.pcapng`);
  await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file, { mode: 0o600 }));
  return file;
}

/** What tshark has to say against a file, besides that it is run as root. */
async function complaintsOf(file: string): Promise<string> {
  const { stderr } = await run('tshark', ['-r', file, '-q', '-z', 'io,stat,0'], { maxBuffer: 16 * 1024 * 1024 });
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/Running as user/.test(line))
    .join(' ');
}
