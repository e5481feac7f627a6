import type { StorageSweep } from '@capstan/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** The last comparison of objects and rows below a prefix, for all instances of the service. */
@Entity({ name: 'storage_sweeps' })
export class StorageSweepRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'storage_sweeps_pkey' })
  prefix!: string;

  /** When the next one is due. */
  @Column(INSTANT)
  due_at!: Date;

  @Column({ type: 'jsonb', nullable: true })
  report!: StorageSweep | null;
}

/** DDL of {@link StorageSweepRow}, for the migrations of services that keep objects. */
export const CREATE_STORAGE_SWEEPS = `
  CREATE TABLE storage_sweeps (
    prefix text NOT NULL,
    due_at timestamptz(3) NOT NULL,
    report jsonb,
    CONSTRAINT storage_sweeps_pkey PRIMARY KEY (prefix)
  )`;
