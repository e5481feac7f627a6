import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The key pair for secrets on their way to this service, shared by all its instances; the private half is sealed. */
@Entity({ name: 'sealing_keys' })
export class SealingKeyRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'sealing_keys_pkey' })
  purpose!: string;

  @Column({ type: 'jsonb' })
  sealed!: object;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;
}
