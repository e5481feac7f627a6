import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process that cannot be confused with a later one that got the same PID. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot: field 22 of proc(5) `/proc/PID/stat`. */
  readonly startTicks: number;
}

/** A process of a simulated host. */
export interface HostProcess {
  /** As the machine numbers it. */
  readonly pid: number;
  /** As the host itself numbers it; equal to `pid` where the host has no PID namespace. */
  readonly host_pid: number;
  readonly uid: number;
  readonly command: string;
}

/** Fields of `/proc/PID/stat` after the command name, which may itself hold spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

export function identify(pid: number): ProcessIdentity | undefined {
  const ticks = statFields(pid)?.[19];
  return ticks === undefined ? undefined : { pid, startTicks: Number(ticks) };
}

/** Whether exactly this process still runs; a zombie does not. */
export function isRunning(process: ProcessIdentity): boolean {
  const fields = statFields(process.pid);
  return fields !== undefined && Number(fields[19]) === process.startTicks && fields[0] !== 'Z';
}

/** Kills exactly this process, never another one that got its number. Returns whether it was there. */
export function killExactly(target: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(target)) {
    return false;
  }
  try {
    process.kill(target.pid, signal);
    return true;
  } catch {
    return false;
  }
}

function allPids(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
}

function describeProcess(pid: number): HostProcess | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    const namespacePids = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number) ?? [pid];
    const name = /^Name:\s+(.*)$/m.exec(status)?.[1] ?? '';
    return {
      pid,
      host_pid: namespacePids.at(-1) ?? pid,
      uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? -1),
      command: command || `[${name}]`,
    };
  } catch {
    // The process ended between the listing and the look.
    return undefined;
  }
}

/** Every process in the same PID namespace as `initPid`. */
export function processesInNamespaceOf(initPid: number): HostProcess[] {
  const namespace = readlinkSync(`/proc/${initPid}/ns/pid`);
  return allPids().flatMap((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/pid`) === namespace ? [describeProcess(pid)].flatMap((found) => found ?? []) : [];
    } catch {
      return [];
    }
  });
}

/**
 * Processes that descend from `rootPid`, and those that outlived their parent but carry `marker` in their environment
 * (sshd sets SSH_CONNECTION, which names the address and port of the server).
 */
export function processesStartedBy(rootPid: number, marker: string): HostProcess[] {
  const parents = new Map(allPids().map((pid) => [pid, Number(statFields(pid)?.[1] ?? 0)]));
  const descends = (pid: number): boolean => {
    for (let current: number | undefined = pid; current !== undefined && current > 1; current = parents.get(current)) {
      if (current === rootPid) {
        return true;
      }
    }
    return false;
  };
  const marked = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(marker);
    } catch {
      return false;
    }
  };
  return [...parents.keys()]
    .filter((pid) => descends(pid) || marked(pid))
    .flatMap((pid) => describeProcess(pid) ?? []);
}
