import type { SystemView } from '@capstan/contracts';

type Service = Pick<SystemView['services'][number], 'ready' | 'checks' | 'parked' | 'outbox_pending' | 'service'>;

/** A relay empties the outbox within moments; this many waiting mean that it does not keep up. */
const OUTBOX_HIGH = 1_000;

/** Whether a service that is ready should be looked at all the same. */
export function needsAttention(service: Service): boolean {
  return (service.parked ?? 0) > 0 || (service.outbox_pending ?? 0) >= OUTBOX_HIGH || (service.checks ?? []).some((check) => !check.ok);
}

/** What to do about it. */
export function serviceNote(service: Service): string | undefined {
  if (!service.ready) {
    return 'Sessions that need it wait. It is taken up again by itself when it comes back.';
  }
  if ((service.parked ?? 0) > 0) {
    return `${service.parked === 1 ? 'One message was' : `${service.parked} messages were`} set aside after repeated failures. An administrator sees them below and can send them back.`;
  }
  return (service.outbox_pending ?? 0) >= OUTBOX_HIGH ? 'Messages wait to be sent: look whether the broker can be reached.' : undefined;
}

/** Queues and what waits in them, the fullest first. Several processes see the same queue: the newest report counts. */
export function waitingQueues(replicas: SystemView['replicas']): { queue: string; messages: number }[] {
  const newest = new Map<string, { at: string; messages: number }>();
  for (const { at, queues = [] } of replicas) {
    for (const { queue, messages } of queues) {
      const known = newest.get(queue);
      if (known === undefined || known.at < at) {
        newest.set(queue, { at, messages });
      }
    }
  }
  return [...newest].map(([queue, { messages }]) => ({ queue, messages })).sort((a, b) => b.messages - a.messages || a.queue.localeCompare(b.queue));
}
