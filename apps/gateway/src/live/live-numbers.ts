import { type DataOf, LIVE_TARGET_STATES, type sessionProgress, type SessionView } from '@capstan/contracts';
import { Injectable } from '@nestjs/common';

type Progress = DataOf<typeof sessionProgress>;

/** Targets remembered; far more than run at once, and small enough to forget about. */
const MAX_TARGETS = 5_000;

/**
 * The last live numbers of each running target, as this instance heard them. The orchestrator keeps what is true; this is
 * what is shown meanwhile, so that a plain GET sees the counters grow as the sockets do.
 */
@Injectable()
export class LiveNumbers {
  /** By target id; a map keeps the order of insertion, so the first is the one longest silent. */
  private readonly latest = new Map<string, Progress>();

  /** Remembers a progress message, unless a newer one was heard already. */
  hear(progress: Progress): void {
    const known = this.latest.get(progress.target_id);
    if (known && (known.attempt > progress.attempt || (known.attempt === progress.attempt && known.sequence >= progress.sequence))) {
      return;
    }
    this.latest.delete(progress.target_id);
    this.latest.set(progress.target_id, progress);
    const [oldest] = this.latest.keys();
    if (this.latest.size > MAX_TARGETS && oldest !== undefined) {
      this.latest.delete(oldest);
    }
  }

  /** The session with the live numbers of the targets that still run. What has ended speaks for itself, and is forgotten here. */
  shownIn(session: SessionView): SessionView {
    return {
      ...session,
      targets: session.targets.map((target) => {
        const heard = this.latest.get(target.target_id);
        if (!(LIVE_TARGET_STATES as readonly string[]).includes(target.state)) {
          this.latest.delete(target.target_id);
          return target;
        }
        return heard?.attempt === target.attempt ? { ...target, metrics: { ...target.metrics, ...heard.metrics } } : target;
      }),
    };
  }
}
