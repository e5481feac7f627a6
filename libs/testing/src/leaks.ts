import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './eventually';

/** Kinds of handles that keep a service from ending, or that a peer would notice. Timers are too common in a test runner to count. */
const WATCHED = new Set(['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'PipeServerWrap', 'ProcessWrap', 'UDPWrap', 'FSEventWrap', 'TTYWrap', 'WorkerThread', 'MessagePort']);

function handles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (WATCHED.has(kind)) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return counts;
}

function childProcesses(): Map<number, string> {
  const children = new Map<number, string>();
  for (const thread of readdirSync('/proc/self/task')) {
    for (const pid of readFileSync(`/proc/self/task/${thread}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number)) {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        // A corpse has no command line; it was reaped or will be.
        if (command !== '') {
          children.set(pid, command);
        }
      } catch {
        // Ended between the two reads.
      }
    }
  }
  return children;
}

/** What a stretch of a test may not leave behind. */
export class LeakCheck {
  private readonly before = handles();
  private readonly children = childProcesses();

  /**
   * @param timeoutMs how long closing may take. Default 10,000: on a busy machine a server takes its time to say goodbye.
   * @throws Error listing the sockets, servers, pipes and child processes that were not there at the start.
   */
  async assertClean(timeoutMs = 10_000): Promise<void> {
    await eventually(
      () => {
        const found = [
          ...[...handles()].filter(([kind, count]) => count > (this.before.get(kind) ?? 0)).map(([kind, count]) => `${count - (this.before.get(kind) ?? 0)} × ${kind}`),
          ...[...childProcesses()].filter(([pid]) => !this.children.has(pid)).map(([pid, command]) => `process ${pid}: ${command.slice(0, 120)}`),
        ];
        if (found.length > 0) {
          throw new Error(`left behind: ${found.join('; ')}`);
        }
      },
      { timeoutMs, description: 'everything to be closed' },
    );
  }
}
