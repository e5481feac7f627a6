/** AMQP headers of Capstan's own. Whoever counts attempts reads ours and never `x-death`, which a client may send. */
export const HEADERS = {
  /** Number of the delivery attempt, from 1; absent means 1. */
  attempt: 'x-capstan-attempt',
  /** Unix time in milliseconds at which the asker of a question gives up. */
  deadline: 'x-capstan-deadline',
  /** Number of a publication on its channel; finds the sender of a returned message. */
  publication: 'x-capstan-publication',
  /** How often a parked message was sent back to work. */
  redriven: 'x-capstan-redriven',
  parkedReason: 'x-capstan-parked-reason',
  parkedCode: 'x-capstan-parked-code',
  parkedAttempts: 'x-capstan-parked-attempts',
  parkedQueue: 'x-capstan-parked-queue',
  parkedHandler: 'x-capstan-parked-handler',
  parkedAt: 'x-capstan-parked-at',
} as const;

/** A table of AMQP headers as it arrives. */
export type Headers = Readonly<Record<string, unknown>>;

/** A header as a whole number of at least 1, else `fallback`. */
export function positiveInteger(headers: Headers | undefined, name: string, fallback: number): number {
  const value = headers?.[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : fallback;
}
