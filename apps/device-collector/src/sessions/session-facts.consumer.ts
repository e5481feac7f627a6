import { type DataOf, sessionEvents } from '@capstan/contracts';
import { type DeliveryContext, OnEvent } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { CaptureAnalyses } from '../capture-analysis/capture-analyses.repository';
import { CaptureAnalysisRunner } from '../capture-analysis/capture-analysis-runner.service';
import { Admission } from '../collection/admission.service';
import { CollectionJobs } from '../collection/collection-jobs.repository';
import { Collections } from '../collection/collections.service';
import { credentialsIn } from '../credentials/credentials-in';
import { Credentials } from '../credentials/credentials.repository';

/** The facts of sessions, each for every feature here that it concerns: a fact has one handler in a service. */
@Controller()
export class SessionFactsConsumer {
  constructor(
    private readonly credentials: Credentials,
    private readonly collections: Collections,
    private readonly jobs: CollectionJobs,
    private readonly admission: Admission,
    private readonly analyses: CaptureAnalyses,
    private readonly runner: CaptureAnalysisRunner,
  ) {}

  /** Ties the secrets typed into a session to its life, and lets a collection begin. */
  @OnEvent(sessionEvents.created)
  async created({ session }: DataOf<typeof sessionEvents.created>, { manager, afterCommit }: DeliveryContext): Promise<void> {
    const ids = session.targets.flatMap(({ spec }) => credentialsIn(spec));
    await this.credentials.useBySession(manager, session.session_id, [...new Set(ids)]);
    if (session.kinds.includes('collection')) {
      await this.collections.adopt(session);
      await this.jobs.confirm(manager, session);
      afterCommit(() => this.admission.wake());
    }
  }

  /** Asks for the analysis of packet captures, and ends a collection. */
  @OnEvent(sessionEvents.finished)
  async finished({ session }: DataOf<typeof sessionEvents.finished>, { manager, afterCommit }: DeliveryContext): Promise<void> {
    if (session.kinds.includes('packet-capture') && session.artifact_count > 0 && session.state !== 'cancelled') {
      await this.analyses.request(manager, session.session_id);
      afterCommit(() => this.runner.wake());
    }
    if (session.kinds.includes('collection')) {
      await this.jobs.finish(manager, session);
    }
  }

  @OnEvent(sessionEvents.deleted)
  async deleted({ session_id: sessionId }: DataOf<typeof sessionEvents.deleted>, { manager }: DeliveryContext): Promise<void> {
    await this.credentials.forgetSession(manager, sessionId);
  }
}
