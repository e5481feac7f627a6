import { rows, type SqlRunner } from '@capstan/persistence';

/** Query of every list. */
export interface PagedQuery {
  readonly page: number;
  readonly per_page: number;
  readonly limit?: number | undefined;
}

/** Conditions of a list, of which only those with a value count. */
export class ListFilter {
  private readonly conditions: string[] = [];
  private readonly values: unknown[] = [];

  constructor(private readonly query: PagedQuery) {}

  get paging(): { page: number; per_page: number } {
    return this.query.limit === undefined ? { page: this.query.page, per_page: this.query.per_page } : { page: 1, per_page: this.query.limit };
  }

  equal(column: string, value: string | number | undefined): this {
    return this.where(`${column} = ?`, value);
  }

  /** @param condition with `?` wherever the value belongs; left out when the value is undefined */
  where(condition: string, value: unknown): this {
    if (value !== undefined) {
      this.values.push(value);
      this.conditions.push(condition.replaceAll('?', `$${this.values.length}`));
    }
    return this;
  }

  always(condition: string): this {
    this.conditions.push(condition);
    return this;
  }

  /** Text for a LIKE that means what it says. */
  static contains(text: string | undefined): string | undefined {
    return text === undefined || text === '' ? undefined : `%${text.replace(/[\\%_]/g, String.raw`\$&`)}%`;
  }

  /** The rows of the page and how many there are in all. */
  async page<Row extends object>(runner: SqlRunner, columns: string, tables: string, order: string): Promise<{ found: Row[]; total: number }> {
    const { page, per_page: perPage } = this.paging;
    return this.slice<Row>(runner, columns, tables, order, perPage, (page - 1) * perPage);
  }

  /** Some rows and how many there are in all. */
  async slice<Row extends object>(runner: SqlRunner, columns: string, tables: string, order: string, limit: number, offset = 0): Promise<{ found: Row[]; total: number }> {
    const where = this.conditions.length === 0 ? '' : `WHERE ${this.conditions.join(' AND ')}`;
    const [count] = await rows<{ total: number }>(runner, `SELECT count(*)::int AS total FROM ${tables} ${where}`, this.values);
    const total = count?.total ?? 0;
    const found = total <= offset ? [] : await rows<Row>(runner, `SELECT ${columns} FROM ${tables} ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`, this.values);
    return { found, total };
  }
}
