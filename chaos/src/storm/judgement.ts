import { createHash } from 'node:crypto';
import { type ArtifactView, type DeliveryView, routes, type SessionSummary } from '@capstan/contracts';
import type { ApiClient } from '@capstan/deploy';
import { history, patiently, readBundle, type Scene } from '../scenario';
import { type Ledger, readLedger } from './ledger.repository';
import type { PatientClient } from './patient-client.client';
import type { StormFigures } from './report';
import { type CollectionYield, falseArtifacts, falseCatalogue, falseChunks, falseEnds, falseNotices, repeated } from './verdicts';
import type { Ordered, Workload } from './workload';

/** Behind the storm: retries of messages wait for up to 30 s each time, a notice for up to a minute. */
const DRAINED_WITHIN_MS = 180_000;
const LEFT_WITHIN_MS = 90_000;
const PAGE = 100;

/** What was found at the end. */
export interface Judgement {
  readonly defects: readonly string[];
  readonly figures: StormFigures;
}

/** Holds everything that is there against everything that was ordered, once the storm is over. */
export async function judge(scene: Scene, workload: Workload, client: PatientClient): Promise<Judgement> {
  const defects = [...workload.complaints, ...client.complaints];
  const api = client.calm;
  await client.signInAgain();
  const { uncollected } = await readLedger(scene.stack.databaseAdminUrl ?? '');
  await workload.collectLater(uncollected).catch((error: unknown) => defects.push((error as Error).message));
  const ledger = await drained(scene, api, defects);
  const listed = await allSessions(api);
  const orderedNames = new Set(workload.ordered.map(({ name }) => name));
  defects.push(...repeated(listed, ({ name }) => `session ${name}`), ...listed.filter(({ name }) => !orderedNames.has(name)).map(({ name }) => `nobody ordered ${name}`));

  const artifacts: ArtifactView[] = [];
  let packets = 0;
  for (const ordered of workload.ordered) {
    packets += await judgeSession(api, ordered, defects, artifacts);
  }
  const collections = await yields(api, workload.ordered.filter(({ kind }) => kind === 'collection'));
  defects.push(...falseCatalogue(collections, workload.edits));
  const { snapshots, broken } = await judgePictures(api, workload);
  defects.push(...broken);
  const deliveries = await allDeliveries(api);
  const came = await keysThatCame(scene);
  const ended = workload.ordered.flatMap((each) => (each.ended === undefined ? [] : [each.ended]));
  defects.push(...falseNotices(ended, deliveries, came));
  const { logins } = (await scene.lab.control({ do: 'fleet-counts' })) as { logins?: number };

  return {
    defects,
    figures: {
      sessions: workload.ordered.length,
      targets: ended.reduce((sum, { targets }) => sum + targets.length, 0),
      artifacts: artifacts.length,
      artifactBytes: artifacts.reduce((sum, { size }) => sum + size, 0),
      packets,
      captures: collections.reduce((sum, each) => sum + each.captures.length, 0),
      changes: collections.reduce((sum, each) => sum + each.changes.length, 0),
      snapshots,
      notices: deliveries.length,
      noticesTwice: came.length - new Set(came).size,
      fleetLogins: Number(logins),
      collectionClaims: ledger?.collectionClaims ?? 0,
      takenOver: ledger?.takenOver ?? 0,
      collectedLater: uncollected.length,
      callsRepeated: Object.fromEntries(client.repeated),
    },
  };
}

/** Waits until nothing waits any more; what still does is a defect. */
async function drained(scene: Scene, api: ApiClient, defects: string[]): Promise<Ledger | undefined> {
  let ledger: Ledger | undefined;
  await patiently('draining', DRAINED_WITHIN_MS, async () => {
    ledger = await readLedger(scene.stack.databaseAdminUrl ?? '');
    const { services, replicas } = await api.call(routes.system);
    const waiting = [
      ...ledger.unfinished,
      ...services.flatMap(({ service, ready, parked, outbox_pending: pending }) => [...(ready ? [] : [`${service} is not ready`]), ...((parked ?? 0) > 0 ? [`${parked} messages of ${service} are parked`] : []), ...((pending ?? 0) > 0 ? [`${pending} in the outbox of ${service}`] : [])]),
      ...replicas.flatMap(({ instance, ready, queues = [] }) => [...(ready ? [] : [`${instance} is not ready`]), ...queues.filter(({ messages }) => messages > 0).map(({ queue, messages }) => `${messages} in ${queue}`)]),
    ];
    if (waiting.length > 0) {
      throw new Error([...new Set(waiting)].join('; '));
    }
  }).catch((error: unknown) => defects.push((error as Error).message));
  await patiently('cleaning the targets', LEFT_WITHIN_MS, async () => {
    const left = await scene.left();
    if (left.length > 0) {
      throw new Error(left.join('; '));
    }
  }).catch((error: unknown) => defects.push((error as Error).message));
  return ledger;
}

/** @returns packets that its captures hold by capinfos */
async function judgeSession(api: ApiClient, { name, sessionId }: Ordered, defects: string[], artifacts: ArtifactView[]): Promise<number> {
  const { session } = await api.call(routes.getSession, { params: { id: sessionId } });
  const { artifacts: own } = await api.call(routes.sessionArtifacts, { params: { id: sessionId } });
  artifacts.push(...own);
  const found = [...falseEnds(session, await history(api, sessionId)), ...falseArtifacts(session, own)];
  if (session.kinds.includes('recording')) {
    const { recording } = await api.call(routes.getRecording, { params: { id: sessionId } });
    if (recording.session_end === null || (recording.status === 'failed') !== (session.state === 'failed')) {
      found.push(`its recording is ${recording.status}`);
    }
    found.push(...falseChunks((await api.call(routes.listChunks, { params: { id: sessionId }, query: { limit: 5_000 } })).chunks));
  }
  let counted = 0;
  if (session.download_available) {
    const { packets, differences } = await readBundle(api, sessionId).catch((error: unknown) => ({ packets: new Map<string, number>(), differences: [`the bundle cannot be read: ${(error as Error).message}`] }));
    found.push(...differences);
    counted = [...packets.values()].reduce((sum, count) => sum + count, 0);
    const claimed = session.targets.reduce((sum, { state, metrics }) => sum + (state === 'completed' ? (metrics['packets_captured'] ?? 0) : 0), 0);
    if (counted < claimed || (session.state === 'completed' && counted !== claimed)) {
      found.push(`${claimed} packets claimed, capinfos counts ${counted}`);
    }
  } else if (session.completed_count > 0 && session.state !== 'cancelled') {
    found.push('targets completed, and nothing can be downloaded');
  }
  defects.push(...found.map((defect) => `${name}: ${defect}`));
  return counted;
}

async function yields(api: ApiClient, collections: readonly Ordered[]): Promise<CollectionYield[]> {
  const found: CollectionYield[] = [];
  for (const { name, sessionId } of collections) {
    const captures = await everyPage(async (page) => {
      const answer = await api.call(routes.listCaptures, { query: { session_id: sessionId, ...page } });
      return { items: answer.captures, total: answer.total };
    });
    found.push({ name, captures, changes: (await api.call(routes.listChanges, { query: { session_id: sessionId, per_page: PAGE } })).changes });
  }
  return found;
}

/** Snapshots are whole, of a session there is one of each camera, and of each order by key there is one. */
async function judgePictures(api: ApiClient, workload: Workload): Promise<{ snapshots: number; broken: string[] }> {
  const snapshots = await everyPage(async (page) => {
    const answer = await api.call(routes.listSnapshots, { query: page });
    return { items: answer.snapshots, total: answer.total };
  });
  const broken = repeated(
    snapshots.filter(({ session_id: session }) => session !== null),
    ({ session_id: session, device_id: camera }) => `snapshot of ${camera} in session ${session}`,
  );
  const known = new Set(snapshots.map(({ id }) => id));
  broken.push(...workload.pictures.filter(({ snapshotId }) => !known.has(snapshotId)).map(({ snapshotId }) => `snapshot ${snapshotId} was answered and is not there`));
  for (const { id, sha256, session_id: session } of snapshots) {
    try {
      const bytes = Buffer.from(await (await api.fetch(routes.snapshotBinary, { params: { id } })).arrayBuffer());
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
        broken.push(`snapshot ${id} is not what its sha256 says`);
      }
    } catch (error) {
      broken.push(`snapshot ${id} of ${session ?? 'no session'} cannot be read: ${(error as Error).message}`);
    }
  }
  return { snapshots: snapshots.length, broken };
}

async function allSessions(api: ApiClient): Promise<SessionSummary[]> {
  return everyPage(async (page) => {
    const { sessions, total } = await api.call(routes.listSessions, { query: page });
    return { items: sessions, total };
  });
}

async function allDeliveries(api: ApiClient): Promise<DeliveryView[]> {
  return everyPage(async (page) => {
    const { deliveries, total } = await api.call(routes.listDeliveries, { query: page });
    return { items: deliveries, total };
  });
}

/** All of a list, page by page. */
async function everyPage<Item>(ask: (page: { readonly page: number; readonly per_page: number }) => Promise<{ readonly items: readonly Item[]; readonly total: number }>): Promise<Item[]> {
  const found: Item[] = [];
  for (let page = 1; ; page += 1) {
    const { items, total } = await ask({ page, per_page: PAGE });
    found.push(...items);
    if (page * PAGE >= total) {
      return found;
    }
  }
}

/** Keys of the messages the web server got, in their order, those that came twice among them. */
async function keysThatCame(scene: Scene): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const { received, total } = (await scene.lab.control({ do: 'sink-received', sink: 'webhook-sink', after: keys.length })) as { received?: { headers: Record<string, string> }[]; total?: number };
    keys.push(...(received ?? []).map(({ headers }) => headers['webhook-id'] ?? ''));
    if (keys.length >= Number(total)) {
      return keys;
    }
  }
}
