import { type DataOf, sessionEvents } from '@capstan/contracts';
import { type DeliveryContext, OnEvent } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { Admission } from './admission.service';
import { CollectionJobs } from './collection-jobs.repository';
import { Collections } from './collections.service';

/** Follows the sessions that collections are. */
@Controller()
export class CollectionFactsConsumer {
  constructor(
    private readonly collections: Collections,
    private readonly jobs: CollectionJobs,
    private readonly admission: Admission,
  ) {}

  @OnEvent(sessionEvents.created)
  async created({ session }: DataOf<typeof sessionEvents.created>, { manager, afterCommit }: DeliveryContext): Promise<void> {
    if (session.kinds.includes('collection')) {
      await this.collections.adopt(session);
      await this.jobs.confirm(manager, session);
      afterCommit(() => this.admission.wake());
    }
  }

  @OnEvent(sessionEvents.finished)
  async finished({ session }: DataOf<typeof sessionEvents.finished>, { manager }: DeliveryContext): Promise<void> {
    if (session.kinds.includes('collection')) {
      await this.jobs.finish(manager, session);
    }
  }
}
