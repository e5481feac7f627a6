import { type DataOf, recordingEvents, recordingMachine, type RecordingState, sessionEvents, type SessionState } from '@capstan/contracts';
import { type DeliveryContext, OnEvent, Outbox } from '@capstan/messaging';
import { rows } from '@capstan/persistence';
import { Controller } from '@nestjs/common';
import { Finalizer } from './finalizer.service';
import { Recordings } from './recordings.repository';
import { RecordingsService } from './recordings.service';

/** What a state of the engine means for a recording; the end is judged by the chunks, not by this. */
function stateOf(state: SessionState, paused: boolean): RecordingState | undefined {
  switch (state) {
    case 'configuring':
    case 'ready':
    case 'starting':
      return 'connecting';
    case 'capturing':
      return paused ? 'paused' : 'in_progress';
    case 'stopping':
    case 'collecting':
      return 'finalizing';
    case 'pending':
    case 'completed':
    case 'partial':
    case 'failed':
    case 'cancelled':
      return undefined;
  }
}

/** Every session of every kind is told of: most are none of ours. */
const ofRecording = ({ session }: { readonly session: Pick<DataOf<typeof sessionEvents.stateChanged>['session'], 'kinds'> }): boolean => session.kinds.includes('recording');

/** Follows the sessions that recordings are. */
@Controller()
export class SessionFactsConsumer {
  constructor(
    private readonly recordings: Recordings,
    private readonly service: RecordingsService,
    private readonly finalizer: Finalizer,
    private readonly outbox: Outbox,
  ) {}

  @OnEvent(sessionEvents.stateChanged, { concerns: ofRecording })
  async onState({ session }: DataOf<typeof sessionEvents.stateChanged>, { manager }: DeliveryContext): Promise<void> {
    if ((await this.recordings.find(session.session_id, manager)) === undefined) {
      return;
    }
    const row = await this.recordings.lock(session.session_id, manager);
    const { paused_at: pausedAt, paused_ms: pausedMs } = session;
    if (pausedMs > Number(row.paused_ms)) {
      await rows(manager, 'UPDATE recordings SET paused_ms = $2 WHERE session_id = $1', [session.session_id, pausedMs]);
    }
    const to = stateOf(session.state, pausedAt !== null);
    // Facts may come late: a move that is not allowed any more has been overtaken.
    if (to !== undefined && to !== row.status && recordingMachine.canMove(row.status, to)) {
      await this.recordings.move(manager, row, to);
    }
  }

  @OnEvent(sessionEvents.finished, { concerns: ofRecording })
  async onFinished({ session }: DataOf<typeof sessionEvents.finished>, { manager, afterCommit }: DeliveryContext): Promise<void> {
    // Kept, so that a crash before the recording's own end is made up for by the scheduler.
    await rows(manager, 'UPDATE recordings SET session_over = true WHERE session_id = $1', [session.session_id]);
    afterCommit(() => void this.finalizer.consider(session.session_id, true).catch(() => undefined));
  }

  @OnEvent(sessionEvents.targetChanged, { concerns: ({ target }) => target.kind === 'recording' && (target.state === 'failed' || target.state === 'cancelled') })
  async onTarget({ session_id: sessionId, target }: DataOf<typeof sessionEvents.targetChanged>, { manager }: DeliveryContext): Promise<void> {
    // Nobody else says so of a target that never reached a worker.
    await rows(manager, `UPDATE recording_streams SET state = 'failed', cause = COALESCE(cause, $3), message = COALESCE(message, $4) WHERE session_id = $1 AND target_id = $2 AND state IN ('idle')`, [sessionId, target.target_id, target.state === 'cancelled' ? 'cancelled' : 'timeout', target.error?.message ?? null]);
  }

  @OnEvent(sessionEvents.deleted)
  async onDeleted({ session_id: sessionId }: DataOf<typeof sessionEvents.deleted>, { manager }: DeliveryContext): Promise<void> {
    if ((await this.recordings.find(sessionId, manager)) === undefined) {
      return;
    }
    await this.service.forget(manager, sessionId);
    await this.outbox.add(manager, recordingEvents.deleted, { session_id: sessionId }, { subject: sessionId, correlationId: sessionId, partitionKey: sessionId });
  }
}
