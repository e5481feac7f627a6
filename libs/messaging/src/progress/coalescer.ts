interface Slot<Value> {
  lastSentAt: number;
  waiting?: { value: Value };
}

/**
 * Lets at most one value per key through in each interval and keeps the newest of those that came too early: a fast source costs
 * what a slow one does, and the last value is always sent. Pure: time is given, nothing is sent here.
 */
export class Coalescer<Value> {
  private readonly slots = new Map<string, Slot<Value>>();

  /** @param intervalMs least distance between two values of a key */
  constructor(private readonly intervalMs: number) {}

  /** How many keys are remembered. */
  get size(): number {
    return this.slots.size;
  }

  /** @returns whether the value may be sent now; otherwise it waits, and replaces an older one that waited */
  offer(key: string, value: Value, now: number): boolean {
    const slot = this.slots.get(key);
    if (slot === undefined || now - slot.lastSentAt >= this.intervalMs) {
      this.slots.set(key, { lastSentAt: now });
      return true;
    }
    slot.waiting = { value };
    return false;
  }

  /** Takes out the values whose time has come, oldest first, and forgets keys that have been silent for an interval. */
  takeDue(now: number): Value[] {
    const due: Value[] = [];
    for (const [key, slot] of this.slots) {
      if (now - slot.lastSentAt < this.intervalMs) {
        continue;
      }
      if (slot.waiting) {
        due.push(slot.waiting.value);
        this.slots.set(key, { lastSentAt: now });
      } else {
        this.slots.delete(key);
      }
    }
    return due;
  }

  /** Takes out everything that waits. */
  takeAll(): Value[] {
    const all = [...this.slots.values()].flatMap(({ waiting }) => (waiting ? [waiting.value] : []));
    this.slots.clear();
    return all;
  }

  /** When {@link takeDue} should be asked next; undefined when nothing is remembered. */
  nextDueAt(): number | undefined {
    let next: number | undefined;
    for (const { lastSentAt } of this.slots.values()) {
      const at = lastSentAt + this.intervalMs;
      next = next === undefined ? at : Math.min(next, at);
    }
    return next;
  }
}
