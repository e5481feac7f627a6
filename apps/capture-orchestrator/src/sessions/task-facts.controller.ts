import { type DataOf, sessionArtifactEvents, taskEvents } from '@capstan/contracts';
import { type Clock } from '@capstan/kernel';
import { type DeliveryContext, duplicate, ok, OnEvent, type Outcome } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import type { EngineInput } from './engine/model';
import { SessionMetrics } from './session-metrics';
import { SessionsRepository } from './sessions.repository';
import { SessionsService } from './sessions.service';

/** Folds what workers say about their tasks. */
@Controller()
export class TaskFactsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly repository: SessionsRepository,
    private readonly metrics: SessionMetrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @OnEvent(taskEvents.advanced)
  advanced(fact: DataOf<typeof taskEvents.advanced>, context: DeliveryContext): Promise<Outcome> {
    return this.fold({ type: 'advanced', fact }, context);
  }

  @OnEvent(taskEvents.artifactStored)
  artifactStored(fact: DataOf<typeof taskEvents.artifactStored>, context: DeliveryContext): Promise<Outcome> {
    return this.fold({ type: 'artifact', fact, known: [] }, context);
  }

  @OnEvent(taskEvents.finished)
  finished(fact: DataOf<typeof taskEvents.finished>, context: DeliveryContext): Promise<Outcome> {
    return this.fold({ type: 'finished', fact, known: [] }, context);
  }

  @OnEvent(sessionArtifactEvents.stored)
  async sessionArtifacts(fact: DataOf<typeof sessionArtifactEvents.stored>, { manager }: DeliveryContext): Promise<Outcome> {
    const applied = await this.sessions.apply(manager, fact.session_id, { type: 'session-artifacts', fact, known: [] });
    return applied?.decision.changed === true ? ok() : duplicate();
  }

  @OnEvent(taskEvents.heartbeat)
  async heartbeat(fact: DataOf<typeof taskEvents.heartbeat>, { manager }: DeliveryContext): Promise<Outcome> {
    await this.repository.heartbeat(manager, fact, this.clock.now());
    return ok();
  }

  private async fold(input: Extract<EngineInput, { type: 'advanced' | 'artifact' | 'finished' }>, context: DeliveryContext): Promise<Outcome> {
    const said = Date.parse(input.fact.at);
    const applied = await this.sessions.apply(context.manager, input.fact.session_id, input);
    context.afterCommit(() => this.metrics.folded(input.type, (this.clock.now() - said) / 1_000));
    // A session that is gone, an attempt that was given up, a fact that was told before: nothing is to be done, and nothing is wrong.
    return applied?.decision.changed === true ? ok() : duplicate();
  }
}
