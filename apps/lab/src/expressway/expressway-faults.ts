/** What can be wrong with a simulated Expressway, from its start or from some moment on. */
export const EXPRESSWAY_FAULTS = [
  'busy',
  'slow',
  'unauthorized',
  'start-refused',
  'start-ignored',
  'never-ready',
  'collect-refused',
  'truncated-archive',
  'broken-transfer',
  'evil-names',
  'archive-bomb',
  'no-pcap',
] as const;
/** One of {@link EXPRESSWAY_FAULTS}. */
export type ExpresswayFault = (typeof EXPRESSWAY_FAULTS)[number];

/** One sentence per fault. */
export const EXPRESSWAY_FAULT_MEANING: Readonly<Record<ExpresswayFault, string>> = {
  busy: 'every other request is answered 503 with Retry-After',
  slow: 'every answer comes 200 ms late',
  unauthorized: 'no account is accepted any more',
  'start-refused': 'the start is answered 400 with a message',
  'start-ignored': 'the start is answered 200, and nothing runs',
  'never-ready': 'the archive is never put together',
  'collect-refused': 'collecting is answered 500',
  'truncated-archive': 'the archive ends in the middle of its last capture, and the transfer looks complete',
  'broken-transfer': 'the connection breaks in the middle of the archive',
  'evil-names': 'names of members climb out of folders, hold control characters and collide; there are links among them',
  'archive-bomb': 'a small archive expands to a thousand times its size',
  'no-pcap': 'the archive holds no capture',
};
