import { createHash } from 'node:crypto';

/** How often a text is asked before it is worth a plan that is kept: filters people put together come once. */
const USES_TO_PREPARE = 3;
/** Each connection keeps the plans of all of them in PostgreSQL's memory. */
const MOST_PREPARED = 200;
/** Texts that are counted before counting begins anew. */
const MOST_COUNTED = 1_000;

/**
 * Which statements of this process are prepared, and under which names. A name is the hash of its text, so that the same
 * name never means two things, also where a pooler hands a connection from one process to another.
 */
export class PreparedStatements {
  private readonly names = new Map<string, string | undefined>();
  private uses = new Map<string, number>();

  /** Name of a statement that is about to be asked; undefined while it is to be sent as it is. */
  nameOf(text: string): string | undefined {
    if (this.names.has(text)) {
      return this.names.get(text);
    }
    const uses = (this.uses.get(text) ?? 0) + 1;
    if (uses < USES_TO_PREPARE) {
      this.count(text, uses);
      return undefined;
    }
    if (this.names.size >= MOST_PREPARED) {
      return undefined;
    }
    this.uses.delete(text);
    const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    this.names.set(text, name);
    return name;
  }

  /** From now on the text is sent as it is. */
  giveUp(text: string): void {
    this.names.set(text, undefined);
  }

  private count(text: string, uses: number): void {
    if (this.uses.size >= MOST_COUNTED) {
      this.uses = new Map();
    }
    this.uses.set(text, uses);
  }
}
