import type { VoiceCall } from '@capstan/contracts';
import type { DialogMessage, SipLeg } from './sip-dialogs';

/** How a call went, read from its first leg. Instants in Unix milliseconds. */
export interface CallProgress {
  readonly outcome: VoiceCall['outcome'];
  readonly status: number | null;
  readonly reason: string | null;
  readonly startedAt: number;
  readonly ringingAt: number | null;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly postDialDelayMs: number | null;
  readonly durationMs: number | null;
  readonly holds: number;
}

/** An INVITE without any answer is given up after this long (RFC 3261 §17.1.1.2, timer B). */
const TIMER_B_MS = 32_000;

/**
 * Reads how a call went. Durations are taken from one device each, so that the clocks of two cannot spoil them.
 * @param lastAt when the capture ended
 */
export function progressOf(leg: SipLeg, lastAt: number): CallProgress {
  const { messages } = leg;
  const invite = messages.find(({ method }) => method === 'INVITE');
  const responses = messages.filter(({ status, cseqMethod }) => status !== undefined && cseqMethod === 'INVITE');
  const answer = responses.find(({ status }) => status !== undefined && status >= 200 && status < 300);
  // A challenge (401, 407) is followed by another INVITE; the last refusal before any answer is the one that counts.
  const refusal = responses.filter(({ status }) => (status ?? 0) >= 300).at(-1);
  const final = answer ?? refusal;
  const ringing = responses.find(({ status }) => status !== undefined && status > 100 && status < 200);
  const bye = messages.find(({ method }) => method === 'BYE');
  const cancel = messages.find(({ method }) => method === 'CANCEL');
  const startedAt = invite?.at ?? leg.firstAt;
  const ended = bye ?? (answer === undefined ? refusal : undefined);
  return {
    outcome: outcomeOf({ answered: answer !== undefined || (invite === undefined && bye !== undefined), refusal, cancelled: cancel !== undefined, silent: responses.length === 0, waitedMs: lastAt - startedAt }),
    status: final?.status ?? null,
    reason: final?.reason ?? null,
    startedAt,
    ringingAt: ringing?.at ?? null,
    answeredAt: answer?.at ?? null,
    endedAt: ended?.at ?? null,
    postDialDelayMs: between(invite, ringing ?? answer),
    durationMs: between(answer, bye),
    holds: holdsOf(messages),
  };
}

function outcomeOf(facts: { answered: boolean; refusal: DialogMessage | undefined; cancelled: boolean; silent: boolean; waitedMs: number }): VoiceCall['outcome'] {
  if (facts.answered) {
    return 'answered';
  }
  if (facts.refusal?.status === 487 || (facts.cancelled && facts.refusal === undefined)) {
    return 'cancelled';
  }
  if (facts.refusal !== undefined) {
    return 'rejected';
  }
  return facts.silent || facts.waitedMs > TIMER_B_MS ? 'unanswered' : 'in_progress';
}

/**
 * Milliseconds from one message to another by the clock of one device that saw both; the one that saw the first message first.
 * Null when it came before: of a call that had begun before the capture, the first INVITE seen is a later one.
 */
function between(from: DialogMessage | undefined, to: DialogMessage | undefined): number | null {
  if (from === undefined || to === undefined) {
    return null;
  }
  const both = [...from.seen].filter(([index]) => to.seen.has(index)).sort((a, b) => a[1] - b[1])[0];
  const elapsed = both === undefined ? to.at - from.at : (to.seen.get(both[0]) ?? to.at) - both[1];
  return elapsed < 0 ? null : Math.round(elapsed * 1_000) / 1_000;
}

/** Offers inside the call that stop media, after it was flowing. */
function holdsOf(messages: readonly DialogMessage[]): number {
  let [held, holds] = [false, 0];
  for (const { method, direction } of messages) {
    if (method === 'INVITE' && direction !== undefined) {
      const stops = direction === 'inactive' || direction === 'sendonly';
      holds += stops && !held ? 1 : 0;
      held = stops;
    }
  }
  return holds;
}
