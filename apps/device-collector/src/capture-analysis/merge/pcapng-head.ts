import { AppError } from '@capstan/kernel';

/**
 * The head of a pcapng file: its section header, and the descriptions of its interfaces in front of the first packet.
 * `mergecap` writes them without names and comments, and has no option for either. Format: draft-ietf-opsawg-pcapng §4.1, §4.2.
 */

/** What an interface is to say about itself. */
export interface InterfaceLabel {
  /** `if_name`, Wireshark's `frame.interface_name`. */
  readonly name: string;
  /** `if_description`. */
  readonly description: string;
  readonly comment: string;
}

/** What the head of a file is to say. */
export interface HeadLabels {
  readonly comment: string;
  /** One per interface, in their order. */
  readonly interfaces: readonly InterfaceLabel[];
}

interface Block {
  readonly type: number;
  /** Without type, lengths. */
  readonly body: Buffer;
}

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const BYTE_ORDER = 0x1a2b3c4d;
const BLOCK_FRAME = 12;
const SECTION_FIXED = 16;
const INTERFACE_FIXED = 8;
const END = 0;
const COMMENT = 1;
const NAME = 2;
const DESCRIPTION = 3;
/** An option's length has 16 bits; far less is readable. */
const MAX_TEXT = 4_096;

/**
 * A pcapng file without packets whose only interface is as long as all labels: merged in as the last file, it keeps a
 * place for them, so that the head can be written over in place instead of copying the whole file behind a longer one.
 */
export function placeholder(labels: HeadLabels): Buffer {
  const wanted = labelBytes(labels);
  const section = Buffer.alloc(SECTION_FIXED);
  section.writeUInt32LE(BYTE_ORDER, 0);
  section.writeUInt16LE(1, 4);
  section.fill(0xff, 8);
  const description = Buffer.alloc(INTERFACE_FIXED);
  description.writeUInt16LE(1, 0);
  const room: Buffer[] = [];
  // The block itself goes with the room it holds.
  for (let left = wanted - BLOCK_FRAME - INTERFACE_FIXED - 4; left > 0; ) {
    const text = option(COMMENT, ' '.repeat(Math.min(MAX_TEXT, Math.max(0, left - 4))));
    room.push(text);
    left -= text.length;
  }
  return Buffer.concat([block({ type: SECTION, body: section }), block({ type: INTERFACE, body: Buffer.concat([description, ...room, option(END, '')]) })]);
}

/**
 * Where the head of a file ends, i.e. where its first packet begins.
 * @param start the file's first bytes
 * @returns undefined when the head goes on behind them
 */
export function headLength(start: Buffer): number | undefined {
  let position = 0;
  while (position + 8 <= start.length) {
    const type = start.readUInt32LE(position);
    if (type !== SECTION && type !== INTERFACE) {
      return position;
    }
    position += start.readUInt32LE(position + 4);
  }
  return position === start.length ? position : undefined;
}

/**
 * The head again, of the same length, with labels, and without the placeholder, which is its last interface.
 * @throws AppError `MERGE_FAILED` when the head is not that of labels and placeholder
 */
export function labelledHead(head: Buffer, labels: HeadLabels): Buffer {
  const [section, ...interfaces] = blocksOf(head);
  if (section === undefined || section.type !== SECTION || interfaces.length !== labels.interfaces.length + 1) {
    throw new AppError('MERGE_FAILED', 'The merged file does not have the interfaces of its inputs');
  }
  const described = labels.interfaces.map((label, index) =>
    block(withOptions(interfaces[index] as Block, INTERFACE_FIXED, [option(NAME, label.name), option(DESCRIPTION, label.description), option(COMMENT, label.comment)])),
  );
  const withComment = (text: string): Buffer => block(withOptions(section, SECTION_FIXED, [option(COMMENT, text, Number.POSITIVE_INFINITY)]));
  const bare = withComment(clip(labels.comment));
  const room = head.length - bare.length - described.reduce((sum, bytes) => sum + bytes.length, 0);
  if (room < 0) {
    throw new AppError('MERGE_FAILED', 'The merged file has no room for its comments');
  }
  // What is left of the room becomes blanks behind the comment; an option ends on a multiple of four.
  const comment = clip(labels.comment);
  const filled = comment + ' '.repeat(padding(Buffer.byteLength(comment)) + room);
  return Buffer.concat([withComment(filled), ...described]);
}

function labelBytes(labels: HeadLabels): number {
  const texts = [labels.comment, ...labels.interfaces.flatMap(({ name, description, comment }) => [name, description, comment])];
  // Per interface an end of options besides, where it had none.
  return texts.reduce((sum, text) => sum + option(COMMENT, text).length, 0) + 4 * labels.interfaces.length;
}

function blocksOf(head: Buffer): Block[] {
  const blocks: Block[] = [];
  for (let position = 0; position < head.length; ) {
    const length = head.readUInt32LE(position + 4);
    blocks.push({ type: head.readUInt32LE(position), body: head.subarray(position + 8, position + length - 4) });
    position += length;
  }
  return blocks;
}

/** Options are put in front, the old ones stay: among them is the resolution of the times. */
function withOptions({ type, body }: Block, fixed: number, added: readonly Buffer[]): Block {
  const old = body.length > fixed ? body.subarray(fixed) : option(END, '');
  return { type, body: Buffer.concat([body.subarray(0, fixed), ...added, old]) };
}

function block({ type, body }: Block): Buffer {
  const bytes = Buffer.alloc(BLOCK_FRAME + body.length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(bytes.length, 4);
  body.copy(bytes, 8);
  bytes.writeUInt32LE(bytes.length, bytes.length - 4);
  return bytes;
}

function option(code: number, text: string, limit = MAX_TEXT): Buffer {
  const value = Buffer.from(limit === MAX_TEXT ? clip(text) : text);
  const bytes = Buffer.alloc(4 + value.length + padding(value.length));
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt16LE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

/** Cuts a text that is too long, never in the middle of a character. */
function clip(text: string): string {
  let clipped = text;
  while (Buffer.byteLength(clipped) > MAX_TEXT) {
    clipped = clipped.slice(0, clipped.length - Math.ceil((Buffer.byteLength(clipped) - MAX_TEXT) / 4));
  }
  return clipped;
}
