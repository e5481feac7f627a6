import { rows } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { textParts } from './search-words';

/** The index of the full-text search: masked texts with their words. */
@Injectable()
export class SearchTexts {
  /** Adds a masked text, unless it is there. */
  async index(manager: EntityManager, blob: string, masked: string): Promise<void> {
    const parts = textParts(masked.replaceAll('\u0000', '')).map(({ linesBefore, body, words }, part) => ({ part, lines_before: linesBefore, body, words }));
    await rows(
      manager,
      `INSERT INTO capture_texts (blob_sha256, part, lines_before, body, words)
       SELECT $1, part, lines_before, body, array_to_tsvector(words) FROM jsonb_to_recordset($2::jsonb) AS p (part int, lines_before int, body text, words text[])
       ON CONFLICT DO NOTHING`,
      [blob, JSON.stringify(parts)],
    );
  }
}
