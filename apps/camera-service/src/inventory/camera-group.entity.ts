import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A group of cameras. */
@Entity({ name: 'camera_groups' })
@Index('camera_groups_listed', ['position', 'name', 'group_id'])
export class CameraGroupRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'camera_groups_pkey' })
  group_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ type: 'text', nullable: true })
  location!: string | null;

  @Column({ type: 'int' })
  position!: number;

  @Column({ type: 'int' })
  revision!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  updated_at!: Date;
}
