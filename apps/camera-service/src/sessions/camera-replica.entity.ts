import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A replica that may hold sessions with cameras. */
@Entity({ name: 'camera_replicas' })
export class CameraReplicaRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'camera_replicas_pkey' })
  instance!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  seen_until!: Date;
}
