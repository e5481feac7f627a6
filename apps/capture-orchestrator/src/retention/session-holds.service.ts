import { type Actor, sessionEvents, type SessionSummary } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SessionEventsRepository } from '../history/session-events.repository';
import { factOptions } from '../sessions/session-messages';
import { summaryOf } from '../sessions/session-views';
import { SessionsRepository } from '../sessions/sessions.repository';
import { ExpiredSessionsRepository } from './expired-sessions.repository';
import { SessionHoldsRepository } from './session-holds.repository';

/** Holds sessions against retention, and lets them go. Running ones too: the hold counts when they end. */
@Injectable()
export class SessionHolds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: SessionsRepository,
    private readonly holds: SessionHoldsRepository,
    private readonly history: SessionEventsRepository,
    private readonly expired: ExpiredSessionsRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param reason null lets the session go
   * @throws AppError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`
   */
  async set(sessionId: string, reason: string | null, by: Actor): Promise<SessionSummary> {
    return transaction(this.dataSource, async (manager) => {
      const stored = await this.sessions.lock(manager, sessionId);
      if (stored === undefined || stored.row.delete_requested_at !== null) {
        throw await this.expired.missingSession(manager, sessionId);
      }
      const { row, session } = stored;
      if (row.hold?.reason === reason || (row.hold === null && reason === null)) {
        return summaryOf(session, row);
      }
      const now = this.clock.now();
      const sequence = session.sequence + 1;
      const hold = reason === null ? null : { reason, at: isoTime(now), by };
      await this.holds.set(manager, sessionId, hold, sequence);
      await this.history.append(manager, sessionId, [{ sequence, type: hold === null ? 'session.released' : 'session.held', targetId: null, data: { by, ...(reason === null ? {} : { reason }) } }], now);
      const summary = summaryOf({ ...session, sequence }, { ...row, hold });
      await this.outbox.add(manager, sessionEvents.stateChanged, { session: summary }, factOptions({ sessionId, correlationId: row.correlation_id }, sequence));
      return summary;
    });
  }
}
