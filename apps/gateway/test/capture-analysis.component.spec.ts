import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { type CaptureAnalysis, captureAnalysisRpc, type SessionArtifact, type SessionState, sessionRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { SESSION_ID, sessionFixture, UNKNOWN_ID } from './fixtures';
import { GatewayHarness } from './gateway-harness';

const REPORT = JSON.stringify({ format: 'capstan.voice-report.v1', calls: [] });

describe('the analysis of a session’s captures', () => {
  let sut: GatewayHarness;
  let token: string;
  let state: SessionState;
  let captured: number;
  let analysis: CaptureAnalysis;
  let artifacts: SessionArtifact[];
  const merged = randomBytes(200_000);

  beforeAll(async () => {
    sut = await GatewayHarness.start();
    token = await sut.adminToken();
    const store = async (kind: SessionArtifact['kind'], name: string, mediaType: string, bytes: Buffer, id: string): Promise<SessionArtifact> => {
      const stored = await sut.store.put(`sessions/${SESSION_ID}/analysis/${name}`, Readable.from([bytes]), { mediaType });
      return { artifact_id: id, session_id: SESSION_ID, target_id: null, kind, name, key: stored.key, size: stored.size, sha256: stored.sha256, media_type: mediaType, created_at: '2026-11-21T08:00:00.000Z', meta: {} };
    };
    artifacts = [
      await store('merged-pcap', 'merged.pcapng', 'application/x-pcapng', merged, '01990000-0000-7000-8000-000000000041'),
      await store('voice-report', 'voice-report.json', 'application/json', Buffer.from(REPORT), '01990000-0000-7000-8000-000000000042'),
    ];
  });

  beforeEach(() => {
    sut.rpc.reset();
    [state, captured] = ['completed', 2];
    analysis = { session_id: SESSION_ID, state: 'done', requested_at: null, finished_at: null, error: null, artifacts };
    sut.rpc.on(sessionRpc.get, ({ session_id: sessionId }) => {
      if (sessionId !== SESSION_ID) {
        throw new AppError('SESSION_NOT_FOUND', 'none');
      }
      return { session: sessionFixture({ state, artifact_count: captured }) };
    });
    sut.rpc.on(captureAnalysisRpc.get, () => ({ analysis }));
    sut.rpc.on(captureAnalysisRpc.start, () => ({ analysis: { ...analysis, state: 'waiting' as const, artifacts: [] } }));
  });

  afterAll(() => sut.close());

  const call = async (path: string, init: RequestInit = {}, bearer: string | undefined = token) => {
    const response = await fetch(`${sut.url}/api/v1${path}`, { ...init, headers: { ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }), ...(init.headers as Record<string, string> | undefined) } });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const problem = async (path: string) => {
    const { response, bytes } = await call(path);
    return { status: response.status, code: (JSON.parse(bytes.toString()) as { code: string }).code, retryAfter: response.headers.get('retry-after') };
  };
  const MERGED = `/capture-sessions/${SESSION_ID}/merged`;
  const VOICE = `/capture-sessions/${SESSION_ID}/voice-report`;

  it('gives the merged capture, whole or in part', async () => {
    const { response, bytes } = await call(MERGED);
    expect(response.status).toBe(200);
    expect(bytes.equals(merged)).toBe(true);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="capture_session_01990000_merged.pcapng"');
    const part = await call(MERGED, { headers: { range: 'bytes=100-199' } });
    expect(part.response.status).toBe(206);
    expect(part.bytes.equals(merged.subarray(100, 200))).toBe(true);
  });

  it('gives the voice report as JSON', async () => {
    const { response, bytes } = await call(VOICE);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(bytes.toString()).toBe(REPORT);
  });

  it('lends the merged capture by a link that needs no sign-in', async () => {
    const { bytes } = await call(`${MERGED}-url`, { method: 'POST' });
    const { url } = JSON.parse(bytes.toString()) as { url: string };
    const lent = await fetch(`${sut.url}${url}`);
    expect(lent.status).toBe(200);
    expect(Buffer.from(await lent.arrayBuffer()).equals(merged)).toBe(true);
    expect((await fetch(`${sut.url}${url.replace(/link=../, 'link=xx')}`)).status).toBe(403);
    expect((await fetch(`${sut.url}/api/v1${MERGED}`)).status).toBe(401);
  });

  it.each(['waiting', 'running'] as const)('says when to ask again while it is %s', async (now) => {
    analysis = { ...analysis, state: now, artifacts: [] };
    expect(await problem(MERGED)).toEqual({ status: 409, code: 'ANALYSIS_RUNNING', retryAfter: '3' });
    expect(await problem(VOICE)).toMatchObject({ status: 409, code: 'ANALYSIS_RUNNING' });
  });

  it('says why it failed', async () => {
    analysis = { ...analysis, state: 'failed', artifacts: [], error: { code: 'ANALYSIS_TOO_LARGE', message: 'The captures need 9000 MB', retryable: false } };
    const { response, bytes } = await call(VOICE);
    expect(response.status).toBe(422);
    expect(JSON.parse(bytes.toString())).toMatchObject({ code: 'ANALYSIS_FAILED', detail: 'The captures need 9000 MB', details: { reason: 'ANALYSIS_TOO_LARGE' } });
  });

  it('has nothing of a session that captured nothing', async () => {
    analysis = { ...analysis, state: 'failed', artifacts: [], error: { code: 'NO_CAPTURES_FOUND', message: 'No capture file can be used', retryable: false } };
    expect(await problem(MERGED)).toMatchObject({ status: 404, code: 'NO_CAPTURES_FOUND' });
    [captured, analysis] = [0, { ...analysis, state: 'none', error: null }];
    expect(await problem(VOICE)).toMatchObject({ status: 404, code: 'NO_CAPTURES_FOUND' });
    expect(sut.rpc.requests(captureAnalysisRpc.start)).toEqual([]);
  });

  it('asks for an analysis nobody asked for yet', async () => {
    analysis = { ...analysis, state: 'none', artifacts: [] };
    expect(await problem(MERGED)).toMatchObject({ code: 'ANALYSIS_RUNNING' });
    expect(sut.rpc.requests(captureAnalysisRpc.start)).toEqual([{ session_id: SESSION_ID }]);
  });

  it('waits for the end of the session, and knows no others', async () => {
    state = 'capturing';
    expect(await problem(MERGED)).toMatchObject({ status: 409, code: 'SESSION_NOT_READY' });
    expect(await problem(`/capture-sessions/${UNKNOWN_ID}/voice-report`)).toMatchObject({ status: 404, code: 'SESSION_NOT_FOUND' });
  });

  it('is done again when somebody wants it', async () => {
    const { response, bytes } = await call(`/capture-sessions/${SESSION_ID}/analysis`, { method: 'POST' });
    expect(response.status).toBe(202);
    expect(JSON.parse(bytes.toString())).toMatchObject({ analysis: { state: 'waiting' } });
  });

  it('names the bytes that are gone', async () => {
    analysis = { ...analysis, artifacts: artifacts.map((artifact) => ({ ...artifact, key: `${artifact.key}.gone` })) };
    expect(await problem(MERGED)).toMatchObject({ status: 410, code: 'OBJECT_PRUNED' });
  });
});
