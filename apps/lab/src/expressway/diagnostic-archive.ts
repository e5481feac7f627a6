import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import type { ExpresswayFault } from './expressway-faults';

/** What a peer has to put into its archive. */
export interface ArchiveContent {
  readonly host: string;
  /** Stamp in the names of members, e.g. `2026-11-21_10:15:00`. */
  readonly stamp: string;
  /** Capture files by network card. */
  readonly captures: ReadonlyArray<{ readonly card: string; readonly bytes: Buffer }>;
  readonly log: string;
}

/** A thousand times what it is compressed; whoever tests a limit sets one below it. */
const BOMB_BYTES = 64 * 1_048_576;

/** The archive of a diagnostic run, as a tar.gz. */
export async function diagnosticArchive(content: ArchiveContent, faults: ReadonlySet<ExpresswayFault>): Promise<Buffer> {
  const tar = pack();
  const add = (name: string, bytes: Buffer | string): void => void tar.entry({ name }, bytes);
  const { host, stamp } = content;
  add(`xconf_dump_${host}_${stamp}.txt`, '*c xConfiguration SystemUnit AdminPassword: "{sha512}canary-of-the-configuration"\n');
  add(`loggingsnapshot_${host}_${stamp}.txt`, content.log);
  add(`server_${host}.pem`, '-----BEGIN PRIVATE KEY-----\ncanary-of-the-key\n-----END PRIVATE KEY-----\n');
  if (!faults.has('no-pcap')) {
    const evil = faults.has('evil-names');
    for (const { card, bytes } of content.captures) {
      add(evil ? `../../../../etc/${card}_diag\u0007no;stic\n.pcap` : `${card}_diagnostic_logging_tcpdump00_${host}_${stamp}.pcap`, bytes);
    }
    if (evil) {
      tar.entry({ name: 'eth0_link.pcap', type: 'symlink', linkname: '/etc/passwd' });
      tar.entry({ name: '/etc/eth0_hard.pcap', type: 'link', linkname: '/etc/shadow' });
      add('/tmp/eth0_diagnostic.pcap', content.captures[0]?.bytes ?? '');
    }
  }
  if (faults.has('archive-bomb')) {
    add('eth0_zeros.pcap', Buffer.alloc(BOMB_BYTES));
  }
  tar.finalize();
  const whole = Buffer.concat((await Readable.from(tar as unknown as AsyncIterable<Buffer>).pipe(createGzip()).toArray()) as Buffer[]);
  return faults.has('truncated-archive') ? whole.subarray(0, Math.floor(whole.length * 0.7)) : whole;
}
