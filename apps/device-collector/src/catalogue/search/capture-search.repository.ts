import type { SearchHit, searchQuery, z } from '@capstan/contracts';
import { rows } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CAPTURE_COLUMNS, CAPTURE_TABLES, toView } from '../captures/captures.repository';
import { SecretMasks } from '../captures/secret-masks.repository';
import { sectionOf } from '../changes/sections';
import { findLines, searchTerms, tsQuery } from './search-words';

/** Texts that are looked through line by line for one answer. */
const MOST_CANDIDATES = 2_000;
/** Lines of one capture in an answer. */
const MOST_LINES = 20;
const BATCH = 100;

type Query = z.output<typeof searchQuery>;
type Found = Parameters<typeof toView>[0];

/** Full-text search over masked texts: an index finds candidates, their lines decide. */
@Injectable()
export class CaptureSearch {
  constructor(
    private readonly dataSource: DataSource,
    private readonly masks: SecretMasks,
  ) {}

  /** Captures with every term in them, the newest first. */
  async search(query: Query): Promise<{ hits: SearchHit[]; terms: string[]; total: number; page: number; per_page: number }> {
    const terms = searchTerms(query.q);
    const perPage = query.limit ?? query.per_page;
    const page = query.limit === undefined ? query.page : 1;
    const words = tsQuery(terms);
    const hits = words === null ? [] : await this.find(query, terms, words);
    const shown = await Promise.all(hits.slice((page - 1) * perPage, page * perPage).map((hit) => this.masked(hit)));
    return { hits: shown, terms, total: hits.length, page, per_page: perPage };
  }

  private async find(query: Query, terms: readonly string[], words: string): Promise<SearchHit[]> {
    const candidates = await rows<Found & { part: number }>(
      this.dataSource,
      `SELECT ${CAPTURE_COLUMNS}, x.part FROM ${CAPTURE_TABLES} JOIN capture_texts x ON x.blob_sha256 = c.blob_sha256
        WHERE x.words @@ $1::tsquery AND ${query.history === 'true' ? 'c.text_of = c.capture_id' : 'h.capture_id = c.capture_id'}
          AND ($2::text IS NULL OR c.capture_type = $2) AND ($3::uuid IS NULL OR c.device_id = $3) AND ($4::text IS NULL OR d.site = $4) AND ($5::text IS NULL OR d.platform = $5)
        ORDER BY c.captured_at DESC, d.name, c.capture_id, x.part LIMIT ${MOST_CANDIDATES}`,
      [words, query.capture_type ?? null, query.device_id ?? null, query.site ?? null, query.platform ?? null],
    );
    const hits = new Map<string, SearchHit>();
    for (let start = 0; start < candidates.length; start += BATCH) {
      const batch = candidates.slice(start, start + BATCH);
      const texts = await rows<{ blob_sha256: string; part: number; lines_before: number; body: string }>(
        this.dataSource,
        `SELECT blob_sha256, part, lines_before, body FROM capture_texts WHERE (blob_sha256, part) IN (SELECT * FROM unnest($1::text[], $2::int[]))`,
        [batch.map(({ blob_sha256 }) => blob_sha256), batch.map(({ part }) => part)],
      );
      const bodies = new Map(texts.map((text) => [`${text.blob_sha256}/${text.part}`, text]));
      for (const { part, ...capture } of batch) {
        const text = bodies.get(`${capture.blob_sha256 ?? ''}/${part}`);
        const lines = text === undefined ? undefined : findLines({ body: text.body, linesBefore: text.lines_before }, terms);
        if (text === undefined || lines === undefined) {
          continue;
        }
        const all = text.body.split('\n');
        const hit = hits.get(capture.capture_id) ?? { capture: toView(capture), lines: [], line_total: 0 };
        hit.line_total += lines.length;
        hit.lines.push(...lines.slice(0, MOST_LINES - hit.lines.length).map(({ line, text: words }) => ({ line, text: words, section: sectionOf(all, line - text.lines_before - 1) })));
        hits.set(capture.capture_id, hit);
      }
    }
    return [...hits.values()];
  }

  /** Once more by today's rules: the text was masked when it was recorded, and rules learn. */
  private async masked(hit: SearchHit): Promise<SearchHit> {
    const mask = async (text: string): Promise<string> => (await this.masks.mask(hit.capture.platform, text)).text;
    const lines = await Promise.all(hit.lines.map(async ({ line, text, section }) => ({ line, text: await mask(text), section: section === null ? null : await mask(section) })));
    return { ...hit, lines };
  }
}
