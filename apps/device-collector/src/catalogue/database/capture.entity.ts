import type { CaptureOutcome, ParseStatus } from '@capstan/contracts';
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;

/** A stored text, under the hash of what it says. The object is compressed and sealed. */
@Entity({ name: 'capture_blobs' })
export class CaptureBlobRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'capture_blobs_pkey' })
  blob_sha256!: string;

  /** Of the object. Another one each time a text is stored again, so that removing an old object cannot take a new one. */
  @Column({ type: 'text' })
  key!: string;

  /** Master key of the vault its data key is wrapped with. */
  @Column({ type: 'text' })
  key_id!: string;

  /** Characters of the text. */
  @Column({ type: 'int' })
  chars!: number;

  /** Last time somebody was about to refer to it. */
  @Index('capture_blobs_touched')
  @Column(INSTANT)
  touched_at!: Date;

  /** Since when its object is known to be gone. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  lost_at!: Date | null;
}

/** A device as its captures know it. */
@Entity({ name: 'captured_devices' })
export class CapturedDeviceRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'captured_devices_pkey' })
  device_id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  platform!: string;

  @Column({ type: 'text', nullable: true })
  site!: string | null;
}

/** One output of one device of one run. */
@Entity({ name: 'device_captures' })
@Unique('device_captures_task', ['task_id', 'capture_type'])
@Index('device_captures_device', ['device_id', 'capture_type', 'captured_at'])
export class DeviceCaptureRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'device_captures_pkey' })
  capture_id!: string;

  @Index('device_captures_session')
  @Column({ type: 'uuid' })
  session_id!: string;

  @Column({ type: 'uuid' })
  task_id!: string;

  @ForeignKey(() => CapturedDeviceRow, { name: 'device_captures_of', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  device_id!: string;

  @Column({ type: 'text' })
  platform!: string;

  @Column({ type: 'text' })
  capture_type!: string;

  @Index('device_captures_newest')
  @Column(INSTANT)
  captured_at!: Date;

  @Column({ type: 'jsonb' })
  commands!: string[];

  @Column({ type: 'boolean' })
  complete!: boolean;

  @Column({ type: 'text', nullable: true })
  error_class!: string | null;

  @Column({ type: 'text', nullable: true })
  parse_status!: ParseStatus | null;

  @Column({ type: 'int' })
  row_count!: number;

  @Column({ type: 'int' })
  unparsed_count!: number;

  @Column({ type: 'int' })
  bytes!: number;

  @Column({ type: 'text' })
  raw_sha256!: string;

  @Column({ type: 'text', nullable: true })
  normalised_sha256!: string | null;

  /** The text that is kept; null when retention has removed it. */
  @Index('device_captures_blob')
  @ForeignKey(() => CaptureBlobRow, { name: 'device_captures_text' })
  @Column({ type: 'text', nullable: true })
  blob_sha256!: string | null;

  /** The capture the text is of: this one, or the earlier one it differs from in noise only. */
  @Column({ type: 'uuid' })
  text_of!: string;

  @Column({ type: 'text' })
  outcome!: CaptureOutcome;

  @Column({ type: 'uuid', nullable: true })
  change_id!: string | null;

  @Column({ type: 'jsonb' })
  rules_hit!: Record<string, number>;

  @Column({ type: 'boolean' })
  identity_changed!: boolean;
}

/** The last good capture of a device and type, and the approved one. */
@Entity({ name: 'capture_heads' })
export class CaptureHeadRow {
  @ForeignKey(() => CapturedDeviceRow, { name: 'capture_heads_of', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'capture_heads_pkey' })
  device_id!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'capture_heads_pkey' })
  capture_type!: string;

  @Column({ type: 'uuid' })
  capture_id!: string;

  @Column({ type: 'text' })
  normalised_sha256!: string;

  /** Where its text is. */
  @Column({ type: 'uuid' })
  text_of!: string;

  @Column({ type: 'text', nullable: true })
  blob_sha256!: string | null;

  @Column({ type: 'int' })
  chars!: number;

  @Column(INSTANT)
  captured_at!: Date;

  /** Last capture that was understood to the last line: what it does not name is missing. Null when there was none. */
  @Column({ ...INSTANT, nullable: true })
  closed_at!: Date | null;

  /** Whether one of its intervals is missing and not yet gone. */
  @Column({ type: 'boolean' })
  missing!: boolean;

  /** The approved reference; its text stays as long as it is one. */
  @Column({ type: 'uuid', nullable: true })
  baseline_id!: string | null;
}

/** A part of a masked text, to be searched. */
@Entity({ name: 'capture_texts' })
@Index('capture_texts_words', { synchronize: false })
export class CaptureTextRow {
  @ForeignKey(() => CaptureBlobRow, { name: 'capture_texts_of', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'capture_texts_pkey' })
  blob_sha256!: string;

  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'capture_texts_pkey' })
  part!: number;

  /** Lines before it. */
  @Column({ type: 'int' })
  lines_before!: number;

  @Column({ type: 'text' })
  body!: string;

  @Column({ type: 'tsvector' })
  words!: string;
}

/** Keys of this installation that are no credentials; sealed. */
@Entity({ name: 'catalogue_keys' })
export class CatalogueKeyRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'catalogue_keys_pkey' })
  purpose!: string;

  @Column({ type: 'jsonb' })
  sealed!: object;
}
