import { type DataOf, sessionEvents } from '@capstan/contracts';
import { type DeliveryContext, OnEvent } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { credentialsIn } from './credentials-in';
import { Credentials } from './credentials.repository';

/** Ties the secrets typed into a session to its life. */
@Controller()
export class SessionCredentialsController {
  constructor(private readonly credentials: Credentials) {}

  @OnEvent(sessionEvents.created)
  async created({ session }: DataOf<typeof sessionEvents.created>, { manager }: DeliveryContext): Promise<void> {
    const ids = session.targets.flatMap(({ spec }) => credentialsIn(spec));
    await this.credentials.useBySession(manager, session.session_id, [...new Set(ids)]);
  }

  @OnEvent(sessionEvents.deleted)
  async deleted({ session_id: sessionId }: DataOf<typeof sessionEvents.deleted>, { manager }: DeliveryContext): Promise<void> {
    await this.credentials.forgetSession(manager, sessionId);
  }
}
