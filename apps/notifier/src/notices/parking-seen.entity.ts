import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many messages a service had put aside when somebody was told last. */
@Entity({ name: 'parking_seen' })
export class ParkingSeenRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'parking_seen_pkey' })
  service!: string;

  @Column({ type: 'int' })
  count!: number;
}
