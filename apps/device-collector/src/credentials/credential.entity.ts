import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** A login for devices. Its secrets are in `sealed`, as cipher text, and nowhere else. */
@Entity({ name: 'credentials' })
@Check('credentials_kind', "kind IN ('password', 'ssh_key', 'app_password')")
@Index('credentials_listed', ['name', 'credential_id'], { where: 'session_id IS NULL' })
export class CredentialRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'credentials_pkey' })
  credential_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  kind!: 'password' | 'ssh_key' | 'app_password';

  @Column({ type: 'text' })
  username!: string;

  /** The session it was typed into; such a one is never listed. */
  @Index('credentials_session', { where: 'session_id IS NOT NULL' })
  @Column({ type: 'uuid', nullable: true })
  session_id!: string | null;

  @Column({ type: 'jsonb' })
  sealed!: object;

  @Column({ type: 'boolean' })
  has_password!: boolean;

  @Column({ type: 'boolean' })
  has_private_key!: boolean;

  @Column({ type: 'boolean' })
  has_passphrase!: boolean;

  @Column({ type: 'boolean' })
  has_enable_secret!: boolean;

  @Column(INSTANT)
  created_at!: Date;

  @Column({ type: 'text' })
  created_by!: string;

  @Column({ ...INSTANT, nullable: true })
  last_used_at!: Date | null;
}

/** Which sessions use a credential that was typed into a session: it goes when the last of them is deleted. */
@Entity({ name: 'session_credentials' })
export class SessionCredentialRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'session_credentials_pkey' })
  session_id!: string;

  @Index('session_credentials_by_credential')
  @ForeignKey(() => CredentialRow, { name: 'session_credentials_credential', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'session_credentials_pkey' })
  credential_id!: string;
}
