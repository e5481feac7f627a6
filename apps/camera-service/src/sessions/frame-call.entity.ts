import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A replica asks the owner of a camera for a picture. */
@Entity({ name: 'frame_calls' })
export class FrameCallRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'frame_calls_pkey' })
  call_id!: string;

  @Column({ type: 'uuid' })
  camera_id!: string;

  @Column({ type: 'text' })
  owner!: string;

  @Column({ type: 'int' })
  max_age_ms!: number;

  @Column({ type: 'int' })
  timeout_ms!: number;

  @Column({ type: 'boolean', default: false })
  small!: boolean;

  @Column({ type: 'int', default: 0 })
  warmup_ms!: number;

  @Index('frame_calls_age')
  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;

  @Column({ type: 'jsonb', nullable: true })
  answer!: object | null;
}
