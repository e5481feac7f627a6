import { type Actor, type CreateSessionRequest, createSessionRequest, sessionEvents, type SessionView } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, validationError } from '@capstan/kernel';
import { Outbox, outgoing, type OutgoingMessage } from '@capstan/messaging';
import { CLOCK, IDS } from '@capstan/service-kit';
import type { SqlRunner } from '@capstan/persistence';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ArtifactsRepository } from '../artifacts/artifacts.repository';
import { SessionEventsRepository } from '../history/session-events.repository';
import { ExpiredSessionsRepository } from '../retention/expired-sessions.repository';
import { Quotas } from '../storage/quotas.service';
import { newSession } from './engine/create';
import { nextDueAt } from './engine/deadlines';
import { decide } from './engine/decide';
import type { Decision, EngineInput, EnginePolicy, EngineTarget } from './engine/model';
import { retryName } from './engine/naming';
import { hasEnded } from './engine/order';
import { digestOf } from './request-digest';
import { factOptions, wireMessage } from './session-messages';
import { gramsOf, searchText } from './session-search';
import { viewOf } from './session-views';
import { type Appointments, type NewStoredSession, SessionsRepository, type StoredSession } from './sessions.repository';
import { ENGINE_POLICY } from './tokens';

/** Where an order came from. */
export interface Origin {
  readonly by: Actor;
  /** Carried by every fact that follows; the session's id when the order had none. */
  readonly correlationId?: string;
}

/** An order to create a session, with its id. */
export interface CreateOrder extends Origin {
  readonly sessionId: string;
  readonly request: CreateSessionRequest;
  readonly retryOf?: string;
}

/** A session that is to be stored, and what is said of it. */
interface FreshSession {
  readonly stored: NewStoredSession;
  readonly view: SessionView;
  readonly messages: readonly OutgoingMessage[];
}

/** What a change left, and whether it changed anything. */
export interface Applied {
  readonly stored: StoredSession;
  readonly decision: Decision;
}

/**
 * The one writer of sessions. Every change locks the session's row, lets the engine decide on plain data, and stores rows,
 * history and messages in the caller's transaction.
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly artifacts: ArtifactsRepository,
    private readonly history: SessionEventsRepository,
    private readonly expired: ExpiredSessionsRepository,
    private readonly quotas: Quotas,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
    @Inject(ENGINE_POLICY) private readonly policy: EnginePolicy,
  ) {}

  /**
   * The session that was already made by this very order; undefined when the id is free.
   * @throws AppError `SESSION_STATE_CONFLICT` when the id belongs to another order
   */
  async existing(manager: EntityManager, order: Pick<CreateOrder, 'sessionId' | 'request' | 'retryOf'>): Promise<SessionView | undefined> {
    const found = await this.sessions.find(manager, order.sessionId);
    if (found === undefined) {
      return undefined;
    }
    if (found.row.request_digest !== orderDigest(order) || found.row.delete_requested_at !== null) {
      throw new AppError('SESSION_STATE_CONFLICT', 'Another session has this id', { details: { state: found.session.state } });
    }
    return viewOf(found.session, found.row, found.targets);
  }

  /**
   * A session that people see.
   * @throws AppError `SESSION_NOT_FOUND`; `SESSION_EXPIRED` when retention removed it
   */
  async read(manager: SqlRunner, sessionId: string): Promise<StoredSession> {
    return this.visible(manager, sessionId, await this.sessions.find(manager, sessionId));
  }

  /**
   * Stores a checked session and orders its first attempts. The same order again is the same session.
   * @throws AppError `SESSION_STATE_CONFLICT` when the id belongs to another order, `QUOTA_EXCEEDED`
   */
  async create(manager: EntityManager, order: CreateOrder): Promise<{ session: SessionView; created: boolean }> {
    const { stored, view, messages } = this.fresh(order);
    if ((await this.sessions.insert(manager, [stored])) === 0) {
      const session = await this.existing(manager, order);
      if (session === undefined) {
        throw new AppError('SESSION_STATE_CONFLICT', 'Another session with this id was deleted in this moment', { retryable: true });
      }
      return { session, created: false };
    }
    await this.quotas.assertRoom(manager, stored.columns.kinds);
    await this.outbox.addAll(manager, messages);
    return { session: view, created: true };
  }

  /**
   * As {@link create}, of several whose ids are free: as many statements as for one.
   * @param along what else happens in the transaction, before the sessions are stored, and is told of it
   * @throws AppError `SESSION_STATE_CONFLICT` when an id is taken, `QUOTA_EXCEEDED`: nothing of the transaction may stay
   */
  async createAll(manager: EntityManager, orders: readonly CreateOrder[], along: () => Promise<readonly OutgoingMessage[]>): Promise<void> {
    const fresh = orders.map((order) => this.fresh(order));
    await this.quotas.assertRoom(manager, [...new Set(fresh.flatMap(({ stored }) => stored.columns.kinds))]);
    await this.outbox.addAll(manager, [...fresh.flatMap(({ messages }) => messages), ...(await along())]);
    // Last, because it locks the counters that other sessions share.
    if ((await this.sessions.insert(manager, fresh.map(({ stored }) => stored))) < orders.length) {
      throw new AppError('SESSION_STATE_CONFLICT', 'Another session has this id', { retryable: true });
    }
  }

  private fresh(order: CreateOrder): FreshSession {
    const made = newSession(order.sessionId, order.request, { now: this.clock.now(), ids: this.ids, policy: this.policy });
    const text = searchText(made.name, made.targets.map((target) => target.title));
    const columns = {
      kinds: [...new Set(made.targets.map((target) => target.kind))],
      request_digest: orderDigest(order),
      correlation_id: order.correlationId ?? order.sessionId,
      created_by: order.by,
      retry_of: order.retryOf ?? null,
      search_text: text,
      search_grams: gramsOf(text),
    };
    const data = { by: order.by, name: made.name, targets: made.targets.length, ...(order.retryOf === undefined ? {} : { retry_of: order.retryOf }) };
    const identity = { name: made.name, ...columns };
    const view = viewOf(made.session, identity, made.targets);
    const context = { sessionId: order.sessionId, identity, durationSec: made.session.durationSec, correlationId: columns.correlation_id, targets: made.targets };
    return {
      stored: { made, columns, dueAt: nextDueAt(made, this.policy), history: [{ sequence: 1, type: 'session.created', targetId: null, data }] },
      view,
      messages: [outgoing(sessionEvents.created, { session: view }, factOptions(context, 1)), ...made.targets.map((target) => wireMessage({ type: 'run-task', target }, context))],
    };
  }

  /**
   * The order for a session of the targets that failed or were cancelled.
   * @throws AppError `SESSION_NOT_FOUND`, `SESSION_NOT_READY`, `NOTHING_TO_RETRY`; `VALIDATION_FAILED` when this release refuses what an older one stored
   */
  async retryOrder(manager: EntityManager, parentId: string, sessionId: string, origin: Origin): Promise<CreateOrder> {
    const parent = ended(await this.read(manager, parentId));
    const targets = parent.targets.filter((target) => target.state === 'failed' || target.state === 'cancelled').map((target) => retrySpec(target));
    if (targets.length === 0) {
      throw new AppError('NOTHING_TO_RETRY', 'Every target of this session completed');
    }
    return this.childOrder(parent, sessionId, targets, origin);
  }

  /**
   * The order for a session that collects what the targets of an earlier one left on their devices.
   * @throws AppError `SESSION_NOT_FOUND`, `SESSION_NOT_READY`, `NOTHING_TO_COLLECT`
   */
  async retryCollectOrder(manager: EntityManager, parentId: string, sessionId: string, origin: Origin): Promise<CreateOrder> {
    const parent = ended(await this.read(manager, parentId));
    const targets = parent.targets.filter((target) => target.error?.details?.['collectable'] === true).map((target) => ({ ...target.spec, collect_from: target.taskId }));
    if (targets.length === 0) {
      throw new AppError('NOTHING_TO_COLLECT', 'No files of this session wait on a device');
    }
    return this.childOrder(parent, sessionId, targets, origin);
  }

  private childOrder(parent: StoredSession, sessionId: string, targets: readonly Record<string, unknown>[], origin: Origin): CreateOrder {
    const parentId = parent.session.sessionId;
    const request = createSessionRequest.safeParse({
      name: retryName(parent.row.name),
      duration_sec: parent.session.durationSec ?? undefined,
      options: parent.session.options,
      targets,
    });
    if (!request.success) {
      // Stored by a release that allowed what this one does not.
      throw validationError(request.error.issues.map(({ path, code, message }) => ({ path: path.map(String).join('.'), code, message })));
    }
    return { ...origin, sessionId, request: request.data, retryOf: parentId };
  }

  /**
   * Carries out a wish of somebody who sees the session.
   * @throws AppError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `SESSION_STATE_CONFLICT`, `NOT_PAUSABLE`, `SESSION_HELD`
   */
  async wish(manager: EntityManager, sessionId: string, type: 'stop' | 'cancel' | 'pause' | 'resume' | 'delete', origin: Origin): Promise<StoredSession> {
    const before = await this.visible(manager, sessionId, await this.sessions.lock(manager, sessionId));
    const { hold } = before.row;
    if (type === 'delete' && hold !== null) {
      throw new AppError('SESSION_HELD', `${hold.by.name} holds this session: ${hold.reason}`, { details: { hold } });
    }
    const { stored } = await this.store(manager, before, { type, by: origin.by }, type === 'delete' ? origin.by : undefined);
    return stored;
  }

  /** Folds a fact of a task, or lets the deadlines pass. Undefined when the session is gone: what is said of it changes nothing. */
  async apply(manager: EntityManager, sessionId: string, input: EngineInput): Promise<Applied | undefined> {
    const about = input.type === 'advanced' || input.type === 'finished' || input.type === 'artifact' ? input.fact.target_id : undefined;
    const before = about === undefined ? await this.sessions.lock(manager, sessionId) : await this.sessions.lockFor(manager, sessionId, about);
    if (before === undefined) {
      return undefined;
    }
    return this.store(manager, before, await this.withKnown(manager, input));
  }

  private async visible(manager: SqlRunner, sessionId: string, stored: StoredSession | undefined): Promise<StoredSession> {
    if (stored === undefined || stored.row.delete_requested_at !== null) {
      throw await this.expired.missingSession(manager, sessionId);
    }
    return stored;
  }

  private async withKnown(manager: EntityManager, input: EngineInput): Promise<EngineInput> {
    if (input.type === 'artifact') {
      return { ...input, known: await this.artifacts.known(manager, [input.fact.artifact]) };
    }
    return input.type === 'finished' || input.type === 'session-artifacts' ? { ...input, known: await this.artifacts.known(manager, input.fact.artifacts) } : input;
  }

  private async store(manager: EntityManager, before: StoredSession, input: EngineInput, deletedBy?: Actor): Promise<Applied> {
    const now = this.clock.now();
    const decision = decide(before, input, { now, ids: this.ids, policy: this.policy });
    const sessionId = before.session.sessionId;
    if (!decision.changed) {
      if (input.type === 'tick') {
        await this.sessions.postpone(manager, sessionId, this.dueAt(before, decision, now));
      }
      return { stored: before, decision };
    }
    await this.artifacts.apply(manager, sessionId, decision.artifacts);
    await this.history.append(manager, sessionId, decision.history, now);
    const context = {
      sessionId,
      identity: before.row,
      durationSec: before.session.durationSec,
      correlationId: before.row.correlation_id,
      targets: decision.targets,
    };
    await this.outbox.addAll(
      manager,
      decision.messages.map((message) => wireMessage(message, context)),
    );
    // Last, because it locks the counters that other sessions share.
    await this.sessions.save(manager, before, decision, now, this.appointments(before, decision, now), deletedBy);
    return { stored: { row: before.row, session: decision.session, targets: decision.targets }, decision };
  }

  private appointments(before: StoredSession, decision: Decision, now: number): Appointments {
    const leaves = decision.session.deleteRequestedAt !== null && hasEnded(decision.session);
    const wasLeaving = before.session.deleteRequestedAt !== null && hasEnded(before.session);
    return { dueAt: this.dueAt(before, decision, now), ...((leaves && !wasLeaving) || decision.sweep ? { cleanupAt: now } : {}) };
  }

  /**
   * The watchdog may come too early, never too late: an appointment that is still ahead stays, so that signs of life, which
   * only move it away, need not write it. One that has passed without a verdict, during a settling time, moves on a little.
   */
  private dueAt(before: StoredSession, decision: Decision, now: number): number | null {
    const next = nextDueAt(decision, this.policy);
    const planned = before.row.due_at?.getTime() ?? null;
    if (before.othersLive !== undefined && planned !== null) {
      // The others' deadlines are not known here.
      return next === null ? planned : Math.min(planned, next);
    }
    if (next === null) {
      return null;
    }
    return planned !== null && planned > now && planned < next ? planned : Math.max(next, now + WATCHDOG_PAUSE_MS);
  }
}

/** Shortest time between two looks at a session whose deadlines cannot be judged yet. */
const WATCHDOG_PAUSE_MS = 500;

/** A retry captures anew, also where the target was to collect only. A worker may say with its failure what of the order is still to be done. */
function retrySpec({ spec, error }: EngineTarget): Record<string, unknown> {
  const { collect_from: _, ...rest } = spec;
  const owed = error?.details?.['retry'];
  const changes = typeof owed === 'object' && owed !== null ? Object.entries(owed).filter(([field]) => Object.hasOwn(rest, field)) : [];
  return { ...rest, ...Object.fromEntries(changes) };
}

/** @throws AppError `SESSION_NOT_READY` */
function ended(parent: StoredSession): StoredSession {
  if (!hasEnded(parent.session)) {
    throw new AppError('SESSION_NOT_READY', 'The session has not ended yet', { details: { state: parent.session.state } });
  }
  return parent;
}

function orderDigest({ request, retryOf }: Pick<CreateOrder, 'request' | 'retryOf'>): string {
  const { name, duration_sec, targets, options } = request;
  return digestOf({ name, duration_sec, targets, options, retryOf });
}
