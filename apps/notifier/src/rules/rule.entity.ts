import type { RuleBody } from '@capstan/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** Who is told of what. */
@Entity({ name: 'rules' })
@Index('rules_name', { synchronize: false })
export class RuleRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'rules_pkey' })
  rule_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'jsonb' })
  rule!: RuleBody;

  @Column({ ...INSTANT, nullable: true })
  last_matched_at!: Date | null;

  @Column({ type: 'int' })
  revision!: number;

  @Column(INSTANT)
  created_at!: Date;
}

/** How often a rule has seen the same about the same thing. */
@Entity({ name: 'sightings' })
@Index('sightings_age', ['first_at'])
export class SightingRow {
  @ForeignKey(() => RuleRow, { name: 'sightings_rule', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'sightings_pkey' })
  rule_id!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'sightings_pkey' })
  topic!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'sightings_pkey' })
  subject!: string;

  @Column({ type: 'int' })
  count!: number;

  @Column(INSTANT)
  first_at!: Date;

  @Column({ ...INSTANT, nullable: true })
  told_at!: Date | null;
}
