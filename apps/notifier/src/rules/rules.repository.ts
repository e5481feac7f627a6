import type { RuleBody, RuleView } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { rows, type SqlRunner, sqlState } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RuleRow, SightingRow } from './rule.entity';
import type { Sighting } from './rule-decision';

const UNIQUE_VIOLATION = '23505';

/** A rule that matched is written down so seldom: nobody needs it to the second, and every fact of a burst would write the same rows. */
const MATCHED_EVERY_MS = 60_000;

/** The lock of whoever tells, in all instances. */
const TELLING = 'capstan:notifier:telling';

/** The rules, and what they have seen. */
@Injectable()
export class Rules {
  /** All enabled rules, and what they were read as. */
  private book: { readonly edition: string | null; readonly rules: readonly RuleRow[] } | undefined;
  private readonly looked = new WeakMap<SqlRunner, Promise<readonly RuleRow[]>>();
  private readonly matchedAt = new Map<string, number>();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** By name. */
  async list(page: number, perPage: number): Promise<{ rules: RuleView[]; total: number }> {
    const found = await rows<RuleRow>(this.dataSource, `SELECT * FROM rules ORDER BY name, rule_id LIMIT $1 OFFSET $2`, [perPage, (page - 1) * perPage]);
    const [count] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total FROM rules`);
    return { rules: found.map(toView), total: Number(count?.total ?? 0) };
  }

  /**
   * All that may be about one of these topics, as they are in this moment; facts that share a transaction look once.
   *
   * Until the transaction ends nobody else tells: messages get their places in the order in which they come to light, two facts
   * about the same thing count as two, and no two transactions wait for each other in a circle.
   */
  async about(manager: SqlRunner, topics: readonly string[]): Promise<RuleRow[]> {
    const known = this.looked.get(manager) ?? this.look(manager);
    this.looked.set(manager, known);
    return (await known).filter(({ rule }) => rule.topics.some((topic) => topics.includes(topic)));
  }

  /** @throws AppError `RULE_NOT_FOUND` */
  async get(ruleId: string): Promise<RuleView> {
    const [row] = await rows<RuleRow>(this.dataSource, `SELECT * FROM rules WHERE rule_id = $1`, [ruleId]);
    if (row === undefined) {
      throw new AppError('RULE_NOT_FOUND', 'There is no rule with this id');
    }
    return toView(row);
  }

  /** The same order again is the same rule. @throws AppError `NAME_TAKEN` */
  async create(ruleId: string, rule: RuleBody): Promise<RuleView> {
    await named(() =>
      rows(this.dataSource, `INSERT INTO rules (rule_id, name, rule, revision, created_at) VALUES ($1, $2, $3, 1, $4) ON CONFLICT (rule_id) DO NOTHING`, [ruleId, rule.name, JSON.stringify(rule), new Date(this.clock.now())]),
    );
    return this.get(ruleId);
  }

  /** @throws AppError `RULE_NOT_FOUND`, `REVISION_CONFLICT`, `NAME_TAKEN` */
  async update(ruleId: string, revision: number, rule: RuleBody): Promise<RuleView> {
    const changed = await named(() => rows(this.dataSource, `UPDATE rules SET name = $3, rule = $4, revision = revision + 1 WHERE rule_id = $1 AND revision = $2 RETURNING rule_id`, [ruleId, revision, rule.name, JSON.stringify(rule)]));
    const present = await this.get(ruleId);
    if (changed.length === 0) {
      throw new AppError('REVISION_CONFLICT', 'The rule was changed since it was read', { details: { revision: present.revision } });
    }
    return present;
  }

  /** @throws AppError `RULE_NOT_FOUND` */
  async remove(ruleId: string): Promise<void> {
    await this.get(ruleId);
    await rows(this.dataSource, `DELETE FROM rules WHERE rule_id = $1`, [ruleId]);
  }

  /** What a rule has seen of a thing. Nobody else counts in the transaction of {@link about}. */
  async sighting(manager: SqlRunner, ruleId: string, topic: string, subject: string): Promise<Sighting | undefined> {
    const [row] = await rows<SightingRow>(manager, `SELECT * FROM sightings WHERE rule_id = $1 AND topic = $2 AND subject = $3`, [ruleId, topic, subject]);
    return row === undefined ? undefined : { count: row.count, firstAt: row.first_at.getTime(), toldAt: row.told_at?.getTime() ?? null };
  }

  async remember(manager: SqlRunner, ruleId: string, topic: string, subject: string, { count, firstAt, toldAt }: Sighting): Promise<void> {
    await rows(
      manager,
      `INSERT INTO sightings (rule_id, topic, subject, count, first_at, told_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (rule_id, topic, subject) DO UPDATE SET count = excluded.count, first_at = excluded.first_at, told_at = excluded.told_at`,
      [ruleId, topic, subject, count, new Date(firstAt), toldAt === null ? null : new Date(toldAt)],
    );
  }

  async matched(manager: SqlRunner, ruleIds: readonly string[], now: number): Promise<void> {
    const due = ruleIds.filter((id) => now - (this.matchedAt.get(id) ?? 0) >= MATCHED_EVERY_MS);
    if (due.length === 0) {
      return;
    }
    due.forEach((id) => this.matchedAt.set(id, now));
    await rows(manager, `UPDATE rules SET last_matched_at = $2 WHERE rule_id IN (SELECT rule_id FROM rules WHERE rule_id = ANY($1::uuid[]) AND (last_matched_at IS NULL OR last_matched_at < $3) ORDER BY rule_id FOR UPDATE SKIP LOCKED)`, [
      due,
      new Date(now),
      new Date(now - MATCHED_EVERY_MS),
    ]);
  }

  /**
   * Reads the rules anew only when one of them was made, changed or removed, by whichever instance: a hundred rules are more to
   * read and to parse than all else that is done with a fact.
   */
  private async look(manager: SqlRunner): Promise<readonly RuleRow[]> {
    await rows(manager, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [TELLING]);
    const [row] = await rows<{ edition: string | null }>(manager, `SELECT md5(string_agg(rule_id::text || ' ' || revision, ',' ORDER BY rule_id)) AS edition FROM rules`);
    const edition = row?.edition ?? null;
    if (this.book === undefined || this.book.edition !== edition) {
      // Read behind its edition, never before it: rules that change in between make the next fact read them again.
      this.book = { edition, rules: await rows<RuleRow>(manager, `SELECT * FROM rules WHERE (rule->>'enabled')::boolean ORDER BY rule_id`) };
      this.matchedAt.clear();
    }
    return this.book.rules;
  }
}

function toView(row: RuleRow): RuleView {
  return { rule_id: row.rule_id, ...row.rule, revision: row.revision, created_at: isoTime(row.created_at.getTime()), last_matched_at: row.last_matched_at === null ? null : isoTime(row.last_matched_at.getTime()) };
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sqlState(error) === UNIQUE_VIOLATION ? new AppError('NAME_TAKEN', 'There is a rule of this name already', { details: { path: 'name' } }) : error;
  }
}
