import type { Notice } from '@capstan/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A notice in the web app. */
@Entity({ name: 'notifications' })
@Index('notifications_listed', { synchronize: false })
export class NotificationRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'notifications_pkey' })
  notification_id!: string;

  @Column({ type: 'jsonb' })
  notice!: Notice;

  @Column({ type: 'timestamptz', precision: 3 })
  created_at!: Date;
}

/** Who has read which. */
@Entity({ name: 'notification_reads' })
export class NotificationReadRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'notification_reads_pkey' })
  user_id!: string;

  @ForeignKey(() => NotificationRow, { name: 'notification_reads_notification', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'notification_reads_pkey' })
  notification_id!: string;
}
