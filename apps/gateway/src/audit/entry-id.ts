import { createHash } from 'node:crypto';

/** Id of the entry at a place in a message (UUIDv8, RFC 9562): the same for every delivery of it. The first is that of the message. */
export function entryIdOf(messageId: string, place: number): string {
  if (place === 0) {
    return messageId;
  }
  const hex = createHash('sha256').update(`${messageId}/${place}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
