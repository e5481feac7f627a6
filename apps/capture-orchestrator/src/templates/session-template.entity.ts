import type { Actor } from '@capstan/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** A session that can be started again and again. */
@Entity({ name: 'session_templates' })
@Index('session_templates_name', { synchronize: false })
export class SessionTemplateRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'session_templates_pkey' })
  template_id!: string;

  @Column({ type: 'text' })
  name!: string;

  /** As `POST /sessions` takes it. Holds ids of credentials and no secret. */
  @Column({ type: 'jsonb' })
  session!: { targets: { kind: string }[] } & Record<string, unknown>;

  @Column({ type: 'int' })
  revision!: number;

  @Column(INSTANT)
  created_at!: Date;

  @Column({ type: 'jsonb' })
  created_by!: Actor;

  @Column(INSTANT)
  updated_at!: Date;
}
