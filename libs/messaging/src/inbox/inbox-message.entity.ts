import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A message whose effect is committed. A second delivery of the same id to the same consumer does nothing. */
@Entity({ name: 'inbox' })
export class InboxMessage {
  /** Name of the queue. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'inbox_pkey' })
  consumer!: string;

  @PrimaryColumn({ name: 'message_id', type: 'text', primaryKeyConstraintName: 'inbox_pkey' })
  messageId!: string;

  @Index('inbox_received_at')
  @Column({ name: 'received_at', type: 'timestamptz', default: () => 'now()' })
  receivedAt!: Date;
}
