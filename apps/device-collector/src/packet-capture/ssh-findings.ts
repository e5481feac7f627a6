import type { Metrics } from '@capstan/tasks';
import type { NegotiatedAlgorithms } from '../ssh/ssh-connector.client';
import type { SshEndpoint } from '../ssh/ssh-error';
import type { Transcript } from './transcript';

/** What was noticed about the connections of one target. */
export class SshFindings {
  private readonly weak = new Set<string>();
  private readonly seen = new Set<string>();

  constructor(private readonly transcript: Transcript) {}

  /** Takes note of what was agreed on with a host. */
  add(endpoint: SshEndpoint, { kex, hostKey, cipher, mac, weak }: NegotiatedAlgorithms): void {
    weak.forEach((name) => this.weak.add(name));
    const line = `${endpoint.host}:${endpoint.port} agreed on ${[kex, hostKey, cipher, mac].filter((name) => name !== '').join(', ')}`;
    if (!this.seen.has(line)) {
      this.seen.add(line);
      this.transcript.note('connect', line);
    }
  }

  /** `weak_crypto` is 1 where an outdated algorithm protects the way to the device; left out otherwise. */
  get metrics(): Metrics {
    return this.weak.size === 0 ? {} : { weak_crypto: 1 };
  }

  /** Sentences worth showing. */
  get remarks(): string[] {
    return this.weak.size === 0 ? [] : [`reached with outdated SSH algorithms (${[...this.weak].join(', ')})`];
  }
}
