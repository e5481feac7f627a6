import type { ArtifactView } from '@capstan/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SessionRow } from '../sessions/session.entity';

/** A stored object that counts. The bytes lie in the object store under `key`. */
@Entity({ name: 'artifacts' })
export class ArtifactRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'artifacts_pkey' })
  artifact_id!: string;

  @ForeignKey(() => SessionRow, { name: 'artifacts_session', onDelete: 'CASCADE' })
  @Index('artifacts_of_session')
  @Column({ type: 'uuid' })
  session_id!: string;

  /** Null for an artifact of the session as a whole, as is the attempt. */
  @Column({ type: 'uuid', nullable: true })
  target_id!: string | null;

  @Column({ type: 'int', nullable: true })
  attempt!: number | null;

  @Column({ type: 'text' })
  kind!: ArtifactView['kind'];

  @Column({ type: 'text' })
  name!: string;

  @Index('artifacts_key', { unique: true })
  @Column({ type: 'text' })
  key!: string;

  @Column({ type: 'bigint' })
  size!: string;

  @Column({ type: 'text' })
  sha256!: string;

  @Column({ type: 'text' })
  media_type!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;

  /** Since when its object is known to be gone. */
  @Index('artifacts_lost', { where: 'lost_at IS NOT NULL' })
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  lost_at!: Date | null;

  @Column({ type: 'jsonb' })
  meta!: Record<string, unknown>;
}
