import type { FilmCodec, FilmState, MakeFilmBody } from '@capstan/contracts';
import { bigintAsNumber } from '@capstan/persistence';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { CameraRow } from '../inventory/camera.entity';

/** A film and the work on it. Whoever works on it holds it by a lease. */
@Entity({ name: 'films' })
@Check('films_codec', "codec IN ('h264', 'h265', 'vp9')")
@Check('films_state', "state IN ('queued', 'running', 'completed', 'failed')")
@Index('films_listed', ['camera_id', 'created_at', 'film_id'])
@Index('films_to_do', ['created_at'], { where: "state IN ('queued', 'running')" })
export class FilmRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'films_pkey' })
  film_id!: string;

  @ForeignKey(() => CameraRow, { name: 'films_camera', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  camera_id!: string;

  @Column({ type: 'text' })
  camera_name!: string;

  @Column({ type: 'uuid', nullable: true })
  source_film_id!: string | null;

  @Column({ type: 'text' })
  codec!: FilmCodec;

  /** Of a film of snapshots; null for a conversion. */
  @Column({ type: 'jsonb', nullable: true })
  wish!: MakeFilmBody | null;

  @Column({ type: 'text' })
  state!: FilmState;

  @Column({ type: 'int' })
  frames!: number;

  @Column({ type: 'int' })
  encoded!: number;

  @Column({ type: 'int' })
  attempts!: number;

  @Column({ type: 'text', nullable: true })
  owner!: string | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  leased_until!: Date | null;

  @Column({ type: 'text', nullable: true })
  error_code!: string | null;

  @Column({ type: 'bigint', nullable: true, transformer: bigintAsNumber })
  size!: number | null;

  @Column({ type: 'text', nullable: true })
  sha256!: string | null;

  /** Since when its object is known to be gone. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  lost_at!: Date | null;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;

  @Column({ type: 'text' })
  created_by!: string;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  finished_at!: Date | null;
}
