import { type AnswerOf, type Route } from '@capstan/contracts';
import { ApiClient, type CallOptions, ProblemError } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { patiently } from '../scenario';

const ANSWER_MS = 8_000;
const PAUSE_MS = 300;
/** Beyond every fault and every restart: who gets no answer for so long has met a defect. */
const WITHIN_MS = 120_000;

/** Answers that a client with manners asks again after. */
const AGAIN = ['IDEMPOTENCY_IN_PROGRESS', 'TOO_MANY_REQUESTS'];

/** A person with several gateways and much patience: asks the next one until somebody answers. Orders bear a key, so that asking twice orders once. */
export class PatientClient {
  private turn = 0;
  /** Answers that never came in time, and problems that nothing explains. */
  readonly complaints: string[] = [];
  /** Why calls had to be made again, and how often. */
  readonly repeated = new Map<string, number>();

  private constructor(
    private readonly gateways: readonly ApiClient[],
    private readonly password: string,
  ) {}

  static async signIn(addresses: readonly string[], password: string): Promise<PatientClient> {
    const gateways = addresses.map((address) => new ApiClient(address));
    const client = new PatientClient(gateways, password);
    await client.signInAgain();
    return client;
  }

  /** One gateway, for what needs no patience. */
  get calm(): ApiClient {
    return this.gateways[0] as ApiClient;
  }

  /** A token lasts for a quarter of an hour. */
  async signInAgain(): Promise<void> {
    for (const gateway of this.gateways) {
      await patiently('sign-in', WITHIN_MS, () => gateway.signIn('admin', this.password));
    }
  }

  /** @throws ProblemError what the API refuses for a reason of its own; Error after two minutes without an answer */
  async call<R extends Route>(route: R, options: CallOptions<R> = {}, withinMs = WITHIN_MS): Promise<AnswerOf<R>> {
    const deadline = systemClock.monotonic() + withinMs;
    for (;;) {
      const gateway = this.gateways[this.turn % this.gateways.length] as ApiClient;
      this.turn += 1;
      try {
        return await gateway.call(route, { ...options, signal: AbortSignal.timeout(ANSWER_MS) });
      } catch (error) {
        const why = error instanceof ProblemError ? error.problem.code : 'no answer';
        this.repeated.set(why, (this.repeated.get(why) ?? 0) + 1);
        if (why === 'INTERNAL_ERROR') {
          this.complaints.push(`nobody foresaw what met ${(error as Error).message} (${(error as ProblemError).problem.request_id ?? 'no request id'})`);
        }
        if (error instanceof ProblemError && error.problem.status === 401) {
          if (error.problem.code !== 'TOKEN_EXPIRED') {
            this.complaints.push(`a token that was good: ${error.message}`);
          }
          await gateway.signIn('admin', this.password).catch(() => undefined);
        } else if (error instanceof ProblemError && error.problem.status < 500 && !AGAIN.includes(error.problem.code)) {
          throw error;
        }
        if (systemClock.monotonic() > deadline) {
          const complaint = `${route.method} ${route.path} got no answer within ${withinMs / 1_000} s: ${(error as Error).message}`;
          this.complaints.push(complaint);
          throw new Error(complaint, { cause: error });
        }
      }
      await systemClock.sleep(PAUSE_MS);
    }
  }
}
