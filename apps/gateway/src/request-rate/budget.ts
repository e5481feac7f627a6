/** How much someone may do. */
export interface BudgetPolicy {
  /** At once. */
  readonly burst: number;
  /** On average. */
  readonly perSecond: number;
}

/** A bucket that fills with time. */
export class Budget {
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

  /** Whether one more is allowed. @param now monotonic milliseconds */
  spend(now: number): boolean {
    this.fill(now);
    if (this.left < 1) {
      return false;
    }
    this.left -= 1;
    return true;
  }

  /** Whether it is as if it had never been used. */
  isFull(now: number): boolean {
    this.fill(now);
    return this.left === this.policy.burst;
  }

  private fill(now: number): void {
    this.left = Math.min(this.policy.burst, this.left + ((now - this.at) / 1_000) * this.policy.perSecond);
    this.at = now;
  }
}

/** Budgets by name: everyone has one of the same size. Those that are full again are forgotten. */
export class Budgets {
  private readonly budgets = new Map<string, Budget>();
  private sweepAt = 0;

  constructor(private readonly policy: BudgetPolicy) {}

  /** How many are remembered. */
  get size(): number {
    return this.budgets.size;
  }

  /** Whether `name` may do one more. @param now monotonic milliseconds */
  spend(name: string, now: number): boolean {
    this.sweep(now);
    let budget = this.budgets.get(name);
    if (budget === undefined) {
      budget = new Budget(this.policy, now);
      this.budgets.set(name, budget);
    }
    return budget.spend(now);
  }

  /** Once in the time an empty one needs to fill: what a sweep costs is then little beside what was spent. */
  private sweep(now: number): void {
    if (now < this.sweepAt) {
      return;
    }
    this.sweepAt = now + (this.policy.burst / this.policy.perSecond) * 1_000;
    for (const [name, budget] of this.budgets) {
      if (budget.isFull(now)) {
        this.budgets.delete(name);
      }
    }
  }
}
