import { parseArgs } from 'node:util';
import { SERVICES, type ServiceName } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';

/** What the command line asks for. */
export interface ParkingOrder {
  readonly action: 'list' | 'show' | 'redrive' | 'purge';
  readonly service: ServiceName;
  readonly ids?: readonly string[];
  readonly limit?: number;
  /** Every message; demanded of `purge` when neither ids nor a limit are given. */
  readonly all: boolean;
}

/** How to call it. */
export const USAGE = `Usage: RABBITMQ_URL=amqp://… node libs/messaging/dist/cli/main.js parking <list|show|redrive|purge> --service <name>
  --id <message id>   only this message; may be repeated (show needs one)
  --limit <n>         at most n messages, oldest first
  --all               with purge: yes, everything
Services: ${SERVICES.join(', ')}
Prints JSON, one line a message.`;

function usage(problem: string): AppError {
  return new AppError('USAGE', `${problem}\n${USAGE}`);
}

/** @throws AppError `USAGE` */
export function parseParkingOrder(argv: readonly string[]): ParkingOrder {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { service: { type: 'string' }, id: { type: 'string', multiple: true }, limit: { type: 'string' }, all: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
  const [subject, action] = parsed.positionals;
  const { service, id: ids, limit: limitText, all } = parsed.values;
  if (subject !== 'parking' || parsed.positionals.length !== 2) {
    throw usage('The first word is "parking", the second what to do');
  }
  if (action !== 'list' && action !== 'show' && action !== 'redrive' && action !== 'purge') {
    throw usage(`Unknown action ${JSON.stringify(action)}`);
  }
  const name = SERVICES.find((candidate) => candidate === service);
  if (name === undefined) {
    throw usage(service === undefined ? '--service is needed' : `Unknown service ${JSON.stringify(service)}`);
  }
  const limit = limitText === undefined ? undefined : Number(limitText);
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw usage('--limit is a whole number of at least 1');
  }
  if (action === 'show' && ids?.length !== 1) {
    throw usage('show needs one --id');
  }
  if (action === 'purge' && ids === undefined && limit === undefined && !all) {
    throw usage('purge deletes for good: name messages by --id, or say --limit or --all');
  }
  return { action, service: name, ids, limit, all };
}
