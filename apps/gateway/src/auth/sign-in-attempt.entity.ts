import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Failed sign-ins under one key. In the database, so that every replica counts the same. */
@Entity({ name: 'sign_in_attempts' })
@Index('sign_in_attempts_last', ['lastAt'])
export class SignInAttemptEntity {
  /** HMAC of user name and address, or of the address: neither is kept. */
  @PrimaryColumn('text', { name: 'attempt_key' })
  attemptKey!: string;

  @Column('integer')
  failures!: number;

  @Column('timestamptz', { name: 'last_at' })
  lastAt!: Date;

  @Column('timestamptz', { name: 'blocked_until' })
  blockedUntil!: Date;
}
