import type { CaptureOrder } from './node-captures';

/** What was typed behind `utils network capture`. */
export type CaptureWords =
  | { readonly ok: true; readonly order: CaptureOrder; readonly shown: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly why: 'syntax' | 'interface' | 'name'; readonly wrong: string };

const MOST_PACKETS = 100_000;
const NUMBERS: Readonly<Record<string, readonly [least: number, most: number]>> = { count: [1, MOST_PACKETS], sizePerFile: [1, 1_000], maxFiles: [2, 100], port: [1, 65_535] };
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Understands a capture command as a node does: keywords in any order, each with its value. */
export function readCaptureWords(line: string, padded: boolean): CaptureWords {
  const [, , command = '', ...words] = line.trim().split(/\s+/);
  const rotating = command === 'capture-rotate';
  const values: Record<string, string> = {};
  if (!rotating) {
    const name = words.shift();
    if (name !== 'eth0') {
      return { ok: false, why: 'interface', wrong: name ?? '' };
    }
  }
  while (words.length > 0) {
    const key = words.shift() ?? '';
    const known = rotating ? ['file', 'sizePerFile', 'maxFiles', 'size', 'src', 'dest', 'port', 'host'] : ['file', 'count', 'size', 'src', 'dest', 'port', 'host'];
    const protocol = key === 'host' ? words.shift() : undefined;
    const value = words.shift() ?? '';
    const range = NUMBERS[key];
    const good =
      range !== undefined ? /^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1] : key === 'src' || key === 'dest' || key === 'host' ? ADDRESS.test(value) : value !== '';
    if (!known.includes(key) || !good || (protocol !== undefined && !['ip', 'arp', 'rarp', 'all'].includes(protocol))) {
      return { ok: false, why: 'syntax', wrong: `${key} ${value}`.trim() };
    }
    values[key] = value;
  }
  const { file: name = 'packets' } = values;
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    return { ok: false, why: 'name', wrong: name };
  }
  const { host, src, dest, port } = values;
  const filter = { ...(host === undefined ? {} : { host }), ...(src === undefined ? {} : { src }), ...(dest === undefined ? {} : { dest }), ...(port === undefined ? {} : { port: Number(port) }) };
  const order: CaptureOrder = rotating
    ? { name, filter, ring: { fileBytes: Number(values['sizePerFile'] ?? 25) * 1_000_000, maxFiles: Number(values['maxFiles'] ?? 10), padded } }
    : { name, filter, count: Number(values['count'] ?? 1_000) };
  return { ok: true, order, shown: { cap_size: (values['size'] ?? '128').toUpperCase(), cap_count: values['count'] ?? (rotating ? '' : '1000'), cap_src: src ?? '', cap_dest: dest ?? '', cap_port: port ?? '', cap_ip: host ?? '' } };
}
