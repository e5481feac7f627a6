/** A server's lists of algorithms, from its SSH_MSG_KEXINIT. */
export interface ServerOffer {
  readonly kex: readonly string[];
  readonly serverHostKey: readonly string[];
  readonly cipher: readonly string[];
  readonly hmac: readonly string[];
}

const SSH_MSG_KEXINIT = 20;
const LARGEST_PACKET = 35_000;

/**
 * Reads what a server sends first: lines of text up to the one that starts with `SSH-`, then one unencrypted packet
 * (RFC 4253 §4.2, §6, §7.1).
 * @returns the offer, `more` when bytes are missing, or `not-ssh`
 */
export function readServerOffer(received: Buffer): ServerOffer | 'more' | 'not-ssh' {
  const start = packetStart(received);
  if (typeof start === 'string') {
    return start;
  }
  if (received.length < start + 6) {
    return 'more';
  }
  const length = received.readUInt32BE(start);
  if (length > LARGEST_PACKET || received[start + 5] !== SSH_MSG_KEXINIT) {
    return 'not-ssh';
  }
  if (received.length < start + 4 + length) {
    return 'more';
  }
  // Behind the message number come 16 random bytes, then ten name-lists.
  const lists = readNameLists(received.subarray(start + 6 + 16, start + 4 + length), 6);
  const [kex, serverHostKey, cipher, , hmac] = lists;
  return kex && serverHostKey && cipher && hmac ? { kex, serverHostKey, cipher, hmac } : 'not-ssh';
}

function packetStart(received: Buffer): number | 'more' | 'not-ssh' {
  let position = 0;
  for (;;) {
    const end = received.indexOf(0x0a, position);
    if (end === -1) {
      return received.length > LARGEST_PACKET ? 'not-ssh' : 'more';
    }
    if (received.subarray(position, position + 4).toString('latin1') === 'SSH-') {
      return end + 1;
    }
    position = end + 1;
  }
}

function readNameLists(payload: Buffer, count: number): string[][] {
  const lists: string[][] = [];
  let position = 0;
  while (lists.length < count && payload.length >= position + 4) {
    const length = payload.readUInt32BE(position);
    const text = payload.subarray(position + 4, position + 4 + length).toString('latin1');
    lists.push(text === '' ? [] : text.split(',').map((name) => name.replace(/[^\x21-\x7e]/g, '?')));
    position += 4 + length;
  }
  return lists;
}
