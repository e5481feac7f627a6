/** How many messages one socket may send. */
export interface BudgetPolicy {
  /** At once. */
  readonly burst: number;
  /** On average. */
  readonly perSecond: number;
}

/** A browser subscribes when a page opens and pings now and then. */
export const SOCKET_BUDGET: BudgetPolicy = { burst: 40, perSecond: 10 };

/** A bucket of messages that fills with time. */
export class MessageBudget {
  private left: number;
  private at: number;

  /** @param now monotonic milliseconds */
  constructor(
    private readonly policy: BudgetPolicy,
    now: number,
  ) {
    this.left = policy.burst;
    this.at = now;
  }

  /** Whether one more message is allowed. */
  spend(now: number): boolean {
    this.left = Math.min(this.policy.burst, this.left + ((now - this.at) / 1_000) * this.policy.perSecond);
    this.at = now;
    if (this.left < 1) {
      return false;
    }
    this.left -= 1;
    return true;
  }
}
