import type { ArtifactView, CreateSessionRequest, TaskRef } from '@capstan/contracts';
import { createSessionRequest } from '@capstan/contracts';
import type { IdSource } from '@capstan/kernel';
import { newSession } from '../src/sessions/engine/create';
import { decide } from '../src/sessions/engine/decide';
import type { DecisionContext } from '../src/sessions/engine/draft';
import type { AdvancedFact, ArtifactFact, Decision, EngineInput, EnginePolicy, EngineTarget, FinishedFact, Snapshot } from '../src/sessions/engine/model';

export const policy: EnginePolicy = {
  leadMs: 300,
  scheduleToStartMs: 30_000,
  queueLimitMs: 3_600_000,
  heartbeatMs: 45_000,
  collectAllowanceMs: 600_000,
  cancelAllowanceMs: 120_000,
  openEndedLimitMs: 3_600_000,
  pauseLimitMs: 1_800_000,
  settleMs: 5_000,
};

export const START = Date.UTC(2026, 0, 1);
export const operator = { type: 'user', id: 'u1', name: 'Operator' } as const;

/** Ids that count up, so that a failing case reads well. */
export function countingIds(prefix = 0): IdSource {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return `${String(prefix).padStart(8, '0')}-0000-7000-8000-${String(count).padStart(12, '0')}`;
    },
  };
}

/** A request for so many Linux targets. */
export function request(targets: number, overrides: Record<string, unknown> = {}): CreateSessionRequest {
  return createSessionRequest.parse({
    name: 'edge',
    duration_sec: 10,
    targets: Array.from({ length: targets }, (_, index) => ({
      kind: 'packet-capture',
      device_type: 'linux',
      host: `10.0.0.${index + 1}`,
      credential_id: '00000000-0000-4000-8000-000000000001',
    })),
    ...overrides,
  });
}

/** A session in memory that is driven like the stored one: one decision after the other. */
export class Simulation {
  now = START;
  readonly decisions: Decision[] = [];
  snapshot: Snapshot;
  observedSince = START - 3_600_000;
  private readonly ids = countingIds();
  private readonly counters = new Map<string, number>();

  constructor(targets: number, overrides: Record<string, unknown> = {}) {
    this.snapshot = newSession(this.ids.next(), request(targets, overrides), this.context());
  }

  context(): DecisionContext {
    return { now: this.now, ids: this.ids, policy };
  }

  get session(): Snapshot['session'] {
    return this.snapshot.session;
  }

  target(ordinal: number): EngineTarget {
    const target = this.snapshot.targets[ordinal - 1];
    if (target === undefined) {
      throw new Error(`no target ${ordinal}`);
    }
    return target;
  }

  do(input: EngineInput): Decision {
    const decision = decide(this.snapshot, input, this.context());
    this.snapshot = { session: decision.session, targets: decision.targets };
    this.decisions.push(decision);
    return decision;
  }

  tick(): Decision {
    return this.do({ type: 'tick', observedSince: this.observedSince });
  }

  /** A fact as the worker of this target would say it now. */
  advanced(ordinal: number, state: AdvancedFact['state'], extra: Partial<AdvancedFact> = {}): AdvancedFact {
    return { ...this.fact(ordinal), state, ...extra };
  }

  finished(ordinal: number, outcome: FinishedFact['outcome'], extra: Partial<FinishedFact> = {}): FinishedFact {
    return { ...this.fact(ordinal), outcome, capture_began: true, artifacts: [], ...extra };
  }

  artifact(ordinal: number, overrides: Partial<ArtifactView> = {}): ArtifactFact {
    const fact = this.fact(ordinal);
    const id = `aaaaaaaa-0000-7000-8000-${String(ordinal * 1_000 + fact.sequence).padStart(12, '0')}`;
    return {
      ...fact,
      artifact: {
        artifact_id: id,
        session_id: fact.session_id,
        target_id: fact.target_id,
        kind: 'pcap',
        name: `capture-${fact.sequence}.pcap`,
        key: `sessions/${fact.session_id}/0${ordinal}-x/a${fact.attempt}/capture-${fact.sequence}.pcap`,
        size: 100,
        sha256: '0'.repeat(64),
        media_type: 'application/vnd.tcpdump.pcap',
        created_at: fact.at,
        meta: {},
        ...overrides,
      },
    };
  }

  advance(ordinal: number, ...states: ReadonlyArray<AdvancedFact['state']>): void {
    for (const state of states) {
      this.do({ type: 'advanced', fact: this.advanced(ordinal, state, state === 'capturing' ? this.started() : {}) });
    }
  }

  finish(ordinal: number, outcome: FinishedFact['outcome'], extra: Partial<FinishedFact> = {}): Decision {
    return this.do({ type: 'finished', fact: this.finished(ordinal, outcome, extra), known: [] });
  }

  /** Times of a start that happened now. */
  started(): Pick<AdvancedFact, 'start_sent_at' | 'started_at'> {
    return { start_sent_at: new Date(this.now).toISOString(), started_at: new Date(this.now + 20).toISOString() };
  }

  messages(type: Decision['messages'][number]['type']): Decision['messages'] {
    return this.decisions.flatMap((decision) => decision.messages.filter((message) => message.type === type));
  }

  private fact(ordinal: number): TaskRef & { fence: number; sequence: number; at: string } {
    const target = this.target(ordinal);
    const sequence = (this.counters.get(target.taskId) ?? 0) + 1;
    this.counters.set(target.taskId, sequence);
    return {
      task_id: target.taskId,
      session_id: this.session.sessionId,
      target_id: target.targetId,
      attempt: target.attempt,
      fence: 1,
      sequence,
      at: new Date(this.now).toISOString(),
    };
  }
}
