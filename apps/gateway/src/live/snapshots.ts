import { type ServerMessages, sessionRpc } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Injectable } from '@nestjs/common';
import { LiveNumbers } from './live-numbers';

/** All there is to know about a session at one moment. */
export type SessionSnapshot = ServerMessages['session:snapshot'];

interface Questions {
  readonly running: Promise<SessionSnapshot>;
  /** Asked when the running one has ended; everyone who came in between shares it. */
  next?: Promise<SessionSnapshot>;
}

/**
 * Asks the orchestrator for snapshots. After a restart of the gateway hundreds of browsers ask at once: those who ask for
 * the same session share a question, but only one that was asked after they joined the room. An earlier one could lack
 * an event that went out before they joined.
 */
@Injectable()
export class Snapshots {
  private readonly questions = new Map<string, Questions>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly numbers: LiveNumbers,
  ) {}

  /** @throws AppError `SESSION_NOT_FOUND`, `SERVICE_UNAVAILABLE`, `RPC_TIMEOUT` */
  take(sessionId: string): Promise<SessionSnapshot> {
    const known = this.questions.get(sessionId);
    if (!known) {
      return this.ask(sessionId);
    }
    known.next ??= known.running.then(
      () => this.ask(sessionId),
      () => this.ask(sessionId),
    );
    return known.next;
  }

  private ask(sessionId: string): Promise<SessionSnapshot> {
    const running = this.read(sessionId);
    const questions: Questions = { running };
    this.questions.set(sessionId, questions);
    const end = (): void => {
      if (this.questions.get(sessionId) === questions && !questions.next) {
        this.questions.delete(sessionId);
      }
    };
    running.then(end, end);
    return running;
  }

  private async read(sessionId: string): Promise<SessionSnapshot> {
    // The session first: artifacts read later may be newer than its sequence, never older, and a repeated one is harmless.
    const { session } = await this.rpc.call(sessionRpc.get, { session_id: sessionId });
    const { artifacts } = await this.rpc.call(sessionRpc.artifacts, { session_id: sessionId });
    return { session: this.numbers.shownIn(session), artifacts, sequence: session.sequence };
  }
}
