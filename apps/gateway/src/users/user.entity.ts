import type { Role } from '@capstan/contracts';
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A person who can sign in. */
@Entity({ name: 'users' })
@Unique('users_username_key_unique', ['usernameKey'])
export class UserEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text')
  username!: string;

  /** Lower case: `Anna` and `anna` are one user. */
  @Column('text', { name: 'username_key' })
  usernameKey!: string;

  @Column('text', { name: 'display_name' })
  displayName!: string;

  @Column('text')
  role!: Role;

  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('boolean', { name: 'must_change_password' })
  mustChangePassword!: boolean;

  @Column('boolean')
  disabled!: boolean;

  /** Access tokens carry it; raising it voids them. */
  @Column('integer', { name: 'token_version' })
  tokenVersion!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_sign_in_at', nullable: true })
  lastSignInAt!: Date | null;
}
