import { type z, sessionListQuery } from '@capstan/contracts';
import { type ServiceDatabase, serviceDatabase } from '../../test/database';
import { storeSessions } from '../../test/stored-sessions';
import { listStatement, SessionListRepository } from './session-list.repository';

const STORED = 20_000;

describe(SessionListRepository.name, () => {
  let database: ServiceDatabase;
  const sut = new SessionListRepository();

  beforeAll(async () => {
    database = await serviceDatabase();
    await storeSessions(database.dataSource, STORED);
  }, 60_000);

  afterAll(() => database.drop());

  const list = (query: z.input<typeof sessionListQuery>) => sut.list(database.dataSource, sessionListQuery.parse(query));

  async function plan(query: z.input<typeof sessionListQuery>): Promise<string> {
    const { sql, parameters } = listStatement(sessionListQuery.parse(query), 20, 0);
    // Literals instead of parameters: the plan of the actual values is what the server makes for an unnamed statement.
    const rows = (await database.dataSource.query(`EXPLAIN (ANALYZE, BUFFERS) ${sql}`, [...parameters])) as Array<{ 'QUERY PLAN': string }>;
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  it('shows the newest first, and the true total', async () => {
    const page = await list({});
    expect(page).toMatchObject({ total: STORED, page: 1, per_page: 20 });
    expect(page.sessions).toHaveLength(20);
    expect(page.sessions[0]).toMatchObject({ name: `branch ${STORED % 977} call ${STORED}`, state: 'capturing', download_available: false });
    expect(page.sessions.map((session) => session.created_at)).toEqual(page.sessions.map((session) => session.created_at).sort().reverse());
  });

  it('pages without repeating or losing a session', async () => {
    const seen = new Set<string>();
    for (let page = 1; page <= 5; page += 1) {
      (await list({ page, per_page: 100 })).sessions.forEach((session) => seen.add(session.session_id));
    }
    expect(seen.size).toBe(500);
    await expect(list({ page: 500, per_page: 100 })).resolves.toMatchObject({ sessions: [], total: STORED });
  });

  it('takes a plain limit as the first page', async () => {
    await expect(list({ limit: 5, page: 3 })).resolves.toMatchObject({ page: 1, per_page: 5, total: STORED });
  });

  it.each([
    [{ status: 'failed' }, STORED / 50],
    [{ status: 'capturing', kind: 'packet-capture' }, STORED / 100],
    [{ kind: 'packet-capture' }, STORED],
    [{ q: 'CALL 12345' }, 1],
    [{ q: '10.7.57.1' }, 20],
    [{ q: '%' }, 0],
    [{ q: 'call 1234', status: 'completed' }, 10],
    [{ since: '2026-01-01T01:00:00Z', until: '2026-01-01T02:00:00Z' }, 20],
  ] as const)('filters by %j and counts %i', async (query, total) => {
    const page = await list(query);
    expect(page.total).toBe(total);
    expect(page.sessions).toHaveLength(Math.min(20, total));
  });

  it('keeps the total true while sessions change state, hide and go', async () => {
    const { dataSource } = database;
    const [first] = (await list({ status: 'failed' })).sessions;
    const failed = (await list({ status: 'failed' })).total;
    await dataSource.query(`UPDATE sessions SET state = 'partial' WHERE session_id = $1`, [first?.session_id]);
    await expect(list({ status: 'failed' })).resolves.toMatchObject({ total: failed - 1 });
    await dataSource.query(`UPDATE sessions SET delete_requested_at = now() WHERE session_id = $1`, [first?.session_id]);
    await expect(list({})).resolves.toMatchObject({ total: STORED - 1 });
    await dataSource.query(`DELETE FROM sessions WHERE session_id = $1`, [first?.session_id]);
    await expect(list({})).resolves.toMatchObject({ total: STORED - 1 });
    const [counted] = (await dataSource.query('SELECT count(*)::int AS n FROM sessions WHERE delete_requested_at IS NULL')) as [{ n: number }];
    expect(counted.n).toBe(STORED - 1);
  });

  it.each([
    [{}, 'sessions_newest'],
    [{ status: 'failed' }, 'sessions_newest_of_state'],
    [{ status: 'collecting' }, 'sessions_newest_of_state'],
    [{ kind: 'packet-capture' }, 'sessions_newest'],
    [{ q: 'call 12345' }, 'sessions_search'],
    [{ since: '2026-02-10T00:00:00Z' }, 'sessions_newest'],
  ] as const)('answers %j from an index and never reads the whole table', async (query, index) => {
    const explained = await plan(query);
    expect(explained).toMatch(new RegExp(`(Index|Bitmap).* ${index}`));
    expect(explained).not.toContain('Seq Scan on sessions');
  });
});
