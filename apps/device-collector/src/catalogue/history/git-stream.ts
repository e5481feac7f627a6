/** One text of the history. */
export interface HistoryFile {
  readonly path: string;
  readonly text: string;
}

/** What becomes one commit. */
export interface HistoryCommit {
  /** Unix seconds. */
  readonly at: number;
  readonly message: string;
}

const COMMITTER = 'Capstan <capstan@localhost>';

/** The beginning of a commit, in the format of `git fast-import` (its manual: "INPUT FORMAT"). Files follow. */
export function commitStart({ at, message }: HistoryCommit): Buffer {
  return Buffer.concat([Buffer.from(`commit refs/heads/main\ncommitter ${COMMITTER} ${at} +0000\n`), data(message)]);
}

/** A file as it is from this commit on. */
export function fileChange({ path, text }: HistoryFile): Buffer {
  return Buffer.concat([Buffer.from(`M 100644 inline ${path}\n`), data(text.endsWith('\n') ? text : `${text}\n`)]);
}

/** The end of the stream: without it `git` takes what came for cut short, where it is asked to (`--done`). */
export const STREAM_END = Buffer.from('done\n');
/** Its beginning: from here on an end is wanted. */
export const STREAM_START = Buffer.from('feature done\n');

/** Gives each device a path of its own: site and name, without what a path cannot hold. */
export class HistoryPaths {
  private readonly owners = new Map<string, string>();

  of({ deviceId, name, site }: { readonly deviceId: string; readonly name: string; readonly site: string | null }): string {
    const plain = `${site === null || site === '' ? '' : `${safe(site)}/`}${safe(name)}`;
    const taken = this.owners.get(plain.toLowerCase()) ?? deviceId;
    this.owners.set(plain.toLowerCase(), taken);
    return `${taken === deviceId ? plain : `${plain}-${deviceId.slice(-12)}`}.cfg`;
  }
}

/** Neither a separator, nor a quote, nor anything hidden. */
function safe(part: string): string {
  const cleaned = part.normalize('NFC').replace(/[^\p{L}\p{N}._-]/gu, '_').replace(/^\.+/, '_').slice(0, 100);
  return cleaned === '' ? '_' : cleaned;
}

function data(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}
