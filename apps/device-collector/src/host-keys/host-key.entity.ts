import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** The key, or the certificate, by which a host is known. */
@Entity({ name: 'host_keys' })
@Unique('host_keys_host', ['host', 'port'])
@Check('host_keys_status', "status IN ('trusted', 'changed')")
@Check('host_keys_kind', "kind IN ('ssh', 'tls')")
export class HostKeyRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'host_keys_pkey' })
  host_key_id!: string;

  /** In lower case. */
  @Column({ type: 'text' })
  host!: string;

  @Column({ type: 'int' })
  port!: number;

  /** What is spoken on the port: an SSH host key, or a TLS certificate. */
  @Column({ type: 'text', default: 'ssh' })
  kind!: 'ssh' | 'tls';

  /** Of the key the host showed last. */
  @Column({ type: 'text' })
  algorithm!: string;

  @Column({ type: 'text' })
  fingerprint!: string;

  @Column({ type: 'text' })
  status!: 'trusted' | 'changed';

  /** With `changed`: the key that is trusted. */
  @Column({ type: 'text', nullable: true })
  trusted_algorithm!: string | null;

  @Column({ type: 'text', nullable: true })
  trusted_fingerprint!: string | null;

  @Column(INSTANT)
  first_seen_at!: Date;

  @Column(INSTANT)
  last_seen_at!: Date;
}
