import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { HistoryType } from '../sessions/engine/model';
import { SessionRow } from '../sessions/session.entity';

const KEY = { primaryKeyConstraintName: 'session_events_pkey' } as const;

/** One line of a session's durable history. `sequence` counts from 1 without a hole. */
@Entity({ name: 'session_events' })
export class SessionEventRow {
  @ForeignKey(() => SessionRow, { name: 'session_events_session', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', ...KEY })
  session_id!: string;

  @PrimaryColumn({ type: 'int', ...KEY })
  sequence!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  time!: Date;

  @Column({ type: 'text' })
  type!: HistoryType;

  @Column({ type: 'uuid', nullable: true })
  target_id!: string | null;

  @Column({ type: 'jsonb' })
  data!: Record<string, unknown>;
}
