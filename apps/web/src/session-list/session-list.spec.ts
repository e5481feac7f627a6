import { SESSION_STATES, type SessionSummary } from '@capstan/contracts';
import { headerOf, sessionOf, targetOf } from '../live/live-session.fixture';
import { withHeader } from '../live/use-sessions-feed';
import { sessionsCsv } from './csv';
import { FILTER_STATES, filterFrom, isNarrowed, queryOf, searchOf } from './list-filter';
import { sortSessions } from './sort-sessions';

const session = (overrides: Partial<SessionSummary>): SessionSummary => {
  return headerOf(sessionOf([targetOf(1)], overrides));
};

describe(filterFrom.name, () => {
  it('reads back what was written', () => {
    const filter = filterFrom(new URLSearchParams('q=bremen&status=partial&period=24h&page=3&per_page=100&sort=-bytes'));
    expect(filterFrom(searchOf(filter))).toEqual(filter);
    expect(filter).toMatchObject({ q: 'bremen', status: 'partial', period: '24h', page: 3, perPage: 100, sort: { column: 'bytes', descending: true } });
  });

  it('leaves out what it does not understand', () => {
    expect(searchOf(filterFrom(new URLSearchParams('status=odd&period=2y&page=-4&per_page=7&sort=size&x=1'))).toString()).toBe('');
  });

  it('knows every state there is', () => {
    expect(FILTER_STATES).toEqual([...SESSION_STATES]);
  });

  it('asks the API for a moment instead of a period', () => {
    const filter = filterFrom(new URLSearchParams('period=1h'));
    expect(queryOf(filter, Date.parse('2026-11-20T12:00:00Z'))).toMatchObject({ page: 1, per_page: 50, since: '2026-11-20T11:00:00.000Z' });
    expect([isNarrowed(filter), isNarrowed(filterFrom(new URLSearchParams('page=2')))]).toEqual([true, false]);
  });
});

describe(sortSessions.name, () => {
  const rows = [session({ name: 'Site 10', artifact_bytes: 5 }), session({ name: 'Site 9', artifact_bytes: 50, duration_sec: null }), session({ name: 'site 1', artifact_bytes: 1 })];

  it('sorts numbers inside names as numbers', () => {
    expect(sortSessions(rows, { column: 'name', descending: false }).map((row) => row.name)).toEqual(['site 1', 'Site 9', 'Site 10']);
  });

  it('sorts downwards, and counts no duration as the longest', () => {
    expect(sortSessions(rows, { column: 'bytes', descending: true }).map((row) => row.artifact_bytes)).toEqual([50, 5, 1]);
    expect(sortSessions(rows, { column: 'duration', descending: true })[0]?.name).toBe('Site 9');
  });

  it('keeps the order of the server without a wish', () => {
    expect(sortSessions(rows, undefined)).toBe(rows);
  });
});

describe(sessionsCsv.name, () => {
  it('quotes what needs it and defuses formulas', () => {
    const [, first, second] = sessionsCsv([session({ name: 'a, "b"' }), session({ name: '=1+1' })]).split('\r\n');
    expect(first).toContain(',"a, ""b""",');
    expect(second).toContain(",'=1+1,");
  });

  it('has one column per value in every line', () => {
    const widths = sessionsCsv([session({ name: 'plain' })]).trim().split('\r\n').map((line) => line.split(',').length);
    expect(new Set(widths).size).toBe(1);
  });
});

describe(withHeader.name, () => {
  const page = { sessions: [session({ sequence: 4, state: 'capturing' })], total: 1 };

  it('takes a newer header and refuses an older or repeated one', () => {
    expect(withHeader(page, session({ sequence: 5, state: 'stopping' }))?.sessions[0]?.state).toBe('stopping');
    expect(withHeader(page, session({ sequence: 4, state: 'ready' }))).toBe(page);
    expect(withHeader(page, session({ sequence: 3, state: 'ready' }))).toBe(page);
  });
});
