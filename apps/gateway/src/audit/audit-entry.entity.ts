import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One line of the audit log. Never a body, never a secret. */
@Entity({ name: 'audit_entries' })
@Index('audit_entries_time', ['time'])
@Index('audit_entries_actor', ['actorId', 'time'])
@Index('audit_entries_actor_name', ['actorName', 'time'])
@Index('audit_entries_subject', ['subject', 'time'])
@Index('audit_entries_action', ['action', 'time'])
export class AuditEntryEntity {
  @PrimaryColumn('uuid', { name: 'audit_id' })
  auditId!: string;

  @Column('timestamptz')
  time!: Date;

  @Column('text', { name: 'actor_type' })
  actorType!: string;

  @Column('text', { name: 'actor_id' })
  actorId!: string;

  @Column('text', { name: 'actor_name' })
  actorName!: string;

  @Column('text')
  action!: string;

  @Column('text', { nullable: true })
  subject!: string | null;

  @Column('text')
  outcome!: string;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  @Column('jsonb')
  details!: Record<string, unknown>;
}
