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
    return `${service.parked === 1 ? 'One message was' : `${service.parked} messages were`} set aside after repeated failures. The operator's guide says how to list and redrive them.`;
  }
  return (service.outbox_pending ?? 0) >= OUTBOX_HIGH ? 'Messages wait to be sent: look whether the broker can be reached.' : undefined;
}
