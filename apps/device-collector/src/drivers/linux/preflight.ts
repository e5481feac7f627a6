import { isIP } from 'node:net';
import { AppError } from '@capstan/kernel';
import type { CaptureTarget } from '../../packet-capture/capture-driver';
import { ownAddresses } from '../../packet-capture/own-addresses';
import type { OwnConnection } from '../../packet-capture/filter/bpf';
import { BYTES_PER_RING_MEGABYTE, type Elevation } from './tcpdump-command';
import { readRefusal } from './tcpdump-output';

/** A folder and the file system it lies on. */
export interface Space {
  readonly folder: string;
  /** Where its file system is mounted. What df calls the device is no identity: every tmpfs is called the same. */
  readonly mount: string;
  readonly totalKib: number;
  readonly freeKib: number;
}

/** What the first look at a host tells. */
export interface HostFacts {
  readonly uid: number;
  readonly user: string;
  readonly system: string;
  readonly own: OwnConnection | undefined;
  /** Path of tcpdump; empty when there is none. */
  readonly tcpdump: string;
  readonly version: string;
  readonly sudo: string;
  /** Without loopback and link-local ones. */
  readonly addresses: readonly string[];
  readonly links: readonly { readonly name: string; readonly up: boolean }[];
  /** Writable folders for files, then for control files. */
  readonly spaces: readonly Space[];
}

/** Reads the lines of the preflight script: a word, a tab, a value. */
export function readHostFacts(output: string): HostFacts {
  const values = (key: string): string[] =>
    output
      .split('\n')
      .filter((line) => line.startsWith(`${key}\t`))
      .map((line) => line.slice(key.length + 1).trim());
  const one = (key: string): string => values(key)[0] ?? '';
  return {
    uid: Number(one('uid') || Number.NaN),
    user: one('user'),
    system: one('system'),
    own: readOwnConnection(one('connection')),
    tcpdump: one('tcpdump'),
    version: one('version'),
    sudo: one('sudo'),
    addresses: ownAddresses(values('address').map((value) => value.replace(/\/\d+$/, ''))),
    links: values('link').map((value) => {
      const [name = '', flags = ''] = value.split(' ');
      // `eth0@if5` is eth0 with its peer (ip-link(8)).
      return { name: name.replace(/@.*/, ''), up: /[<,]UP[,>]/.test(flags) };
    }),
    spaces: values('space').flatMap((value) => {
      const [folder = '', total, free, mount = ''] = value.split(' ');
      return /^\d+$/.test(total ?? '') && /^\d+$/.test(free ?? '') ? [{ folder, mount, totalKib: Number(total), freeKib: Number(free) }] : [];
    }),
  };
}

/** `$SSH_CONNECTION` is `<client> <port> <server> <port>`; a device could print anything, so only addresses pass. */
export function readOwnConnection(text: string): OwnConnection | undefined {
  const [client = '', , , port = ''] = text.split(' ');
  const address = client.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  const serverPort = Number(port);
  return isIP(address) !== 0 && /^\d{1,5}$/.test(port) && serverPort > 0 && serverPort < 65_536
    ? { clientAddress: address, serverPort }
    : undefined;
}

/** @throws AppError `UNSUPPORTED` without tcpdump, `BAD_INTERFACE` with the interfaces there are */
export function checkHost(facts: HostFacts, target: CaptureTarget): string[] {
  if (facts.tcpdump === '') {
    throw new AppError('UNSUPPORTED', `tcpdump was not found on ${target.host}`);
  }
  const available = facts.links.map((link) => link.name);
  const link = facts.links.find(({ name }) => name === target.interface);
  if (link === undefined && target.interface !== 'any' && available.length > 0) {
    throw new AppError('BAD_INTERFACE', `${target.host} has no interface ${target.interface}; it has ${available.join(', ')}`, {
      details: { interface: target.interface, available },
    });
  }
  return link !== undefined && !link.up ? [`the interface ${link.name} is down`] : [];
}

/** Where the files go. */
export interface Places {
  /** For the capture. */
  readonly work: Space;
  /** For scripts, messages and marks: on another file system where possible, so that a full disk can still be told. */
  readonly control: Space;
  /** Free KiB below which the capture is ended, so that it never takes the last space of a machine; 0 on small file systems. */
  readonly reserveKib: number;
}

const STANDARD_NEEDS_KIB = 1_024;
const CONTROL_NEEDS_KIB = 1_024;
const RESERVE_KIB = 32_768;
const RESERVE_FROM_TOTAL_KIB = 524_288;

/** @throws AppError `DISK_LOW`, or `PRIV_INSUFFICIENT` when no folder can be written */
export function choosePlaces(facts: HostFacts, target: CaptureTarget, candidates: { work: readonly string[]; control: readonly string[] }): Places {
  const among = (folders: readonly string[]): Space[] =>
    facts.spaces.filter((space) => folders.includes(space.folder)).sort((a, b) => b.freeKib - a.freeKib);
  const [work] = among(candidates.work);
  if (work === undefined) {
    throw new AppError('PRIV_INSUFFICIENT', `${facts.user} may write to none of ${candidates.work.join(', ')} on ${target.host}`);
  }
  const reserveKib = work.totalKib >= RESERVE_FROM_TOTAL_KIB ? RESERVE_KIB : 0;
  const needKib =
    target.mode === 'rotating'
      ? Math.ceil((target.size_per_file_mb * target.max_files * BYTES_PER_RING_MEGABYTE) / 1_024)
      : STANDARD_NEEDS_KIB;
  if (work.freeKib < needKib + reserveKib) {
    throw new AppError('DISK_LOW', `${target.host} has ${mib(work.freeKib)} MiB free in ${work.folder}; the capture needs ${mib(needKib + reserveKib)} MiB`, {
      details: { folder: work.folder, free_kib: work.freeKib, needed_kib: needKib + reserveKib },
    });
  }
  const control = among(candidates.control).find((space) => space.freeKib >= CONTROL_NEEDS_KIB && space.mount !== work.mount);
  return { work, control: control ?? work, reserveKib };
}

function mib(kib: number): string {
  return (kib / 1_024).toFixed(kib < 10_240 ? 1 : 0);
}

/** How the trials of capture rights came out: exit code and messages. */
export interface RightsTrials {
  readonly direct: Trial;
  readonly sudoTcpdump?: Trial;
  readonly sudoKill?: Trial;
}
/** One trial. */
export interface Trial {
  readonly code: number;
  readonly messages: string;
}

/** Reads the rights script's output: per trial a line `<name><tab><exit code>` and its messages up to the next one. */
export function readTrials(output: string): RightsTrials {
  const trial = (name: string): Trial | undefined => {
    const match = new RegExp(`(?:^|\\n)${name}\\t(\\d+)\\n([\\s\\S]*?)(?=\\n(?:direct|sudo_tcpdump|sudo_kill|end)\\t|$)`).exec(output);
    return match === null ? undefined : { code: Number(match[1]), messages: match[2] ?? '' };
  };
  return {
    direct: trial('direct') ?? { code: 1, messages: '' },
    sudoTcpdump: trial('sudo_tcpdump'),
    sudoKill: trial('sudo_kill'),
  };
}

/**
 * Decides how tcpdump is run. The trial compiles the filter on the interface, so it also finds what is wrong with those.
 * @throws AppError `UNSUPPORTED_FILTER`, `BAD_INTERFACE`, or `PRIV_INSUFFICIENT` naming the line that sudoers lacks
 */
export function decideElevation(trials: RightsTrials, facts: HostFacts, target: CaptureTarget): Elevation {
  if (trials.direct.code === 0) {
    return 'none';
  }
  const refusal = readRefusal(trials.direct.messages);
  if (refusal.code !== 'PRIV_INSUFFICIENT') {
    throw refused(refusal, target);
  }
  if (trials.sudoTcpdump?.code === 0 && trials.sudoKill?.code === 0) {
    return 'sudo';
  }
  const bySudo = trials.sudoTcpdump === undefined ? undefined : readRefusal(trials.sudoTcpdump.messages);
  if (bySudo !== undefined && trials.sudoTcpdump?.code !== 0 && bySudo.code !== 'PRIV_INSUFFICIENT' && bySudo.code !== 'START_FAILED') {
    throw refused(bySudo, target);
  }
  const line = `${facts.user} ALL=(root) NOPASSWD: ${facts.tcpdump}, /usr/bin/kill`;
  const what = trials.sudoTcpdump?.code === 0 ? 'end the capture it starts (sudo does not allow kill)' : 'capture packets';
  throw new AppError(
    'PRIV_INSUFFICIENT',
    `${facts.user} may not ${what} on ${target.host}; ${facts.sudo === '' ? 'there is no sudo, so log in as root or give tcpdump its capabilities' : `sudoers needs the line: ${line}`}`,
    { details: { user: facts.user, sudoers_line: line, said: refusal.message } },
  );
}

function refused(refusal: { code: string; message: string }, target: CaptureTarget): AppError {
  return new AppError(refusal.code, `${target.host}: ${refusal.message}`, {
    details: refusal.code === 'UNSUPPORTED_FILTER' ? { path: 'filter', said: refusal.message } : { said: refusal.message },
  });
}
