import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CameraView, routes, sessionMachine, type SessionView } from '@capstan/contracts';
import { systemClock } from '@capstan/kernel';
import type { ApiClient } from '../client/api-client';
import type { LabCamera } from '../lab/lab-process';
import { say } from '../terminal';
import type { DemoPart } from './demo-part';

const GROUP = 'Demo: yard';
/** Seconds between two looks at a camera in the demo; a frozen picture takes 15 s to be sure of. */
export const DEMO_HEALTH_SEC = 3;
const SHEET_PICTURES = 9;
const SHEET_EVERY_MS = 700;
const SESSION_MS = 30_000;
const EVENT_MS = 45_000;

/** Adds the lab's cameras by CSV, connects to each, takes their pictures at one moment, freezes one of them until somebody notices, and makes a contact sheet. */
export const watchCameras: DemoPart = async ({ api, lab, dataDir }) => {
  const groupId = await freshGroup(api);
  // Their loops are encoded when first needed, which real cameras do all the time.
  await Promise.all(lab.inventory.cameras.map(({ name }) => lab.control({ do: 'camera-fault', host: name, fault: 'none' })));
  const cameras = await importByCsv(api, lab.inventory.cameras, groupId);
  let good = cameras.length === lab.inventory.cameras.length && (await testAll(api, cameras));
  const frozen = cameras.at(-1)!;
  await lab.control({ do: 'camera-fault', host: frozen.name, fault: 'frozen' });
  const frozenAt = systemClock.monotonic();
  say(`  ${frozen.name} now sends the same picture again and again, at its full frame rate`);
  good = (await takeTogether(api, groupId)) && good;
  good = (await contactSheet(api, cameras[0]!, dataDir)) && good;
  good = (await noticed(api, frozen, frozenAt)) && good;
  await lab.control({ do: 'camera-fault', host: frozen.name, fault: 'none' });
  return good;
};

/** A group without cameras: those of an earlier demo are at ports where nobody is any more. */
async function freshGroup(api: ApiClient): Promise<string> {
  const { groups } = await api.call(routes.listCameraGroups, { query: { per_page: 100 } });
  const known = groups.find(({ name }) => name === GROUP);
  if (known === undefined) {
    return (await api.call(routes.createCameraGroup, { body: { name: GROUP } })).group.id;
  }
  const { cameras } = await api.call(routes.listCameras, { query: { group_id: known.id, per_page: 100 } });
  for (const { id } of cameras) {
    await api.call(routes.deleteCamera, { params: { id } });
  }
  return known.id;
}

async function importByCsv(api: ApiClient, lenses: readonly LabCamera[], groupId: string): Promise<CameraView[]> {
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = lenses.map((lens) => [lens.name, lens.rtsp_url, ...(lens.auth === 'none' ? ['', ''] : [lens.username, lens.password]), lens.codec, lens.resolution, String(lens.fps), 'always'].map(cell).join(','));
  const document = ['name,rtsp_url,username,password,codec,resolution,fps,warm', ...rows, 'typing error,http//127.0.0.1/live,,,h264,,25,always'].join('\r\n');
  const report = await api.call(routes.importCameras, { body: { data: Buffer.from(document, 'utf8').toString('base64'), group_id: groupId } });
  const [refused] = report.errors;
  say(`  CSV of ${rows.length + 1} rows: ${report.imported_count} cameras added; row ${refused?.row} refused: ${refused?.field} ${refused?.error} (${refused?.code})`);
  const { cameras } = await api.call(routes.listCameras, { query: { group_id: groupId, per_page: 100 } });
  return cameras;
}

async function testAll(api: ApiClient, cameras: readonly CameraView[]): Promise<boolean> {
  const answers = await Promise.all(cameras.map(({ id }) => api.call(routes.testCamera, { params: { id }, body: { timeout_seconds: 20 } })));
  say('  camera         answer  resolution  codec  frames/s  connected and described in');
  for (const [index, answer] of answers.entries()) {
    say(`  ${(cameras[index]?.name ?? '').padEnd(13)}  ${(answer.success ? 'works' : (answer.error_code ?? 'fails')).padEnd(6)}  ${(answer.resolution ?? '-').padEnd(10)}  ${(answer.codec ?? '-').padEnd(5)}  ${String(answer.fps ?? '-').padStart(8)}  ${answer.latency_ms} ms`);
  }
  return answers.every(({ success, mismatches }) => success && mismatches.length === 0);
}

/** One session: every camera gives the picture of the same moment. */
async function takeTogether(api: ApiClient, groupId: string): Promise<boolean> {
  const { session: made } = await api.call(routes.snapshotCameraGroup, { params: { id: groupId }, body: {} });
  const session = await terminal(api, made.session_id);
  const { artifacts } = await api.call(routes.sessionArtifacts, { params: { id: made.session_id } });
  say(`  Session ${session.session_id}: ${session.state}, ${artifacts.length} pictures`);
  for (const { target_id: targetId, meta } of artifacts) {
    const title = session.targets.find((target) => target.target_id === targetId)?.title ?? '';
    say(`  ${title.padEnd(13)}  ${String(meta['width'])}x${String(meta['height'])} of ${String(meta['captured_at']).slice(11, 23)}, from ${String(meta['source'])}, ${String(meta['frame_age_ms'])} ms old`);
  }
  return session.state === 'completed' && artifacts.length === session.targets.length;
}

async function terminal(api: ApiClient, sessionId: string): Promise<SessionView> {
  const deadline = systemClock.monotonic() + SESSION_MS;
  for (;;) {
    const { session } = await api.call(routes.getSession, { params: { id: sessionId } });
    if (sessionMachine.isTerminal(session.state) || systemClock.monotonic() > deadline) {
      return session;
    }
    await systemClock.sleep(250);
  }
}

async function contactSheet(api: ApiClient, { id, name }: CameraView, dataDir: string): Promise<boolean> {
  for (let taken = 0; taken < SHEET_PICTURES; taken += 1) {
    await api.call(routes.snapshotCamera, { params: { id }, body: { max_age_ms: 0 } });
    await systemClock.sleep(SHEET_EVERY_MS);
  }
  const response = await api.fetch(routes.cameraContactSheet, { params: { id }, body: { limit: SHEET_PICTURES } });
  const sheet = Buffer.from(await response.arrayBuffer());
  const file = path.join(dataDir, `contact-sheet_${name}.jpg`);
  writeFileSync(file, sheet, { mode: 0o600 });
  say(`  Contact sheet of ${SHEET_PICTURES} snapshots: ${file} (${Math.round(sheet.length / 1_024)} KiB)`);
  return sheet.length > 10_000;
}

/** Waits until the frozen picture is an event. */
async function noticed(api: ApiClient, { id, name }: CameraView, since: number): Promise<boolean> {
  const deadline = since + EVENT_MS;
  for (;;) {
    const { events, samples } = await api.call(routes.cameraHealth, { params: { id }, query: { hours: 1, limit: 1 } });
    const event = events.find(({ kind, closed_at: closed }) => kind === 'frozen' && closed === null);
    if (event !== undefined) {
      say(`  Event: ${name} is ${event.kind} since ${event.opened_at}, ${((systemClock.monotonic() - since) / 1_000).toFixed(0)} s after it froze, while ${samples[0]?.fps ?? '?'} frames/s arrive`);
      return true;
    }
    if (systemClock.monotonic() > deadline) {
      say(`  Nobody noticed that ${name} is frozen (${samples[0]?.flags.join(', ')})`);
      return false;
    }
    await systemClock.sleep(500);
  }
}
