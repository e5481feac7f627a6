import { Column, Entity, PrimaryColumn } from 'typeorm';

const KEY = { primaryKeyConstraintName: 'session_counts_pkey' } as const;

/**
 * How many visible sessions there are, kept by triggers on `sessions`, so that the history can say its true total without
 * counting. Spread over buckets: one row per state would be a lock that all sessions fight for.
 */
@Entity({ name: 'session_counts' })
export class SessionCountRow {
  @PrimaryColumn({ type: 'smallint', ...KEY })
  bucket!: number;

  /** A kind of target, or `*` for every session. */
  @PrimaryColumn({ type: 'text', ...KEY })
  kind!: string;

  @PrimaryColumn({ type: 'text', ...KEY })
  state!: string;

  @Column({ type: 'bigint' })
  sessions!: string;
}
