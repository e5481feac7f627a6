import { fairShare, type Holder } from './fair-share';

/** Milliseconds for which what was given away is left to the others. */
const LEFT_TO_OTHERS_MS = 20_000;

/**
 * Which of the cameras that are always watched one replica gives away and takes, so that all replicas come to hold equally
 * many. Nobody commands: each looks at who holds how many, and what nobody else wanted is taken whatever the share.
 */
export class WarmShare {
  private readonly given = new Map<string, number>();
  private passedOver: ReadonlySet<string> = new Set();

  /** @param self name of this replica */
  constructor(private readonly self: string) {}

  /**
   * @param idle cameras we hold and nobody uses at the moment
   * @param now monotonic milliseconds
   */
  toGiveAway(holders: readonly Holder[], idle: readonly string[], now: number): readonly string[] {
    const surplus = this.held(holders) - fairShare(sum(holders), holders, this.self);
    const given = idle.slice(0, Math.max(0, surplus));
    given.forEach((camera) => this.given.set(camera, now));
    return given;
  }

  /**
   * @param free cameras nobody holds
   * @param now monotonic milliseconds
   */
  toTake(holders: readonly Holder[], free: readonly string[], now: number): readonly string[] {
    for (const [camera, at] of this.given) {
      if (now - at > LEFT_TO_OTHERS_MS) {
        this.given.delete(camera);
      }
    }
    const wanted = free.filter((camera) => !this.given.has(camera));
    const room = Math.max(0, fairShare(sum(holders) + free.length, holders, this.self) - this.held(holders));
    const unwanted = wanted.filter((camera) => this.passedOver.has(camera));
    const taken = new Set([...unwanted, ...wanted.filter((camera) => !this.passedOver.has(camera)).slice(0, room)]);
    this.passedOver = new Set(wanted.filter((camera) => !taken.has(camera)));
    return [...taken];
  }

  private held(holders: readonly Holder[]): number {
    return holders.find(({ name }) => name === this.self)?.count ?? 0;
  }
}

function sum(holders: readonly Holder[]): number {
  return holders.reduce((all, { count }) => all + count, 0);
}
