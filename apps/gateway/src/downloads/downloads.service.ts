import { type Actor, type ArtifactView, sessionMachine, sessionRpc, type SessionView } from '@capstan/contracts';
import { AppError, Gate } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { API_PREFIX } from '../http/endpoint';
import { type BundlePlan, planBundle } from './bundle-plan';
import { DownloadLinks } from './download-links';

/** Objects looked at at once before a bundle is begun. */
const PARALLEL_LOOKS = 8;

/** A link that works without signing in, for a while. */
export interface DownloadUrl {
  readonly url: string;
  readonly expires_at: string;
}

/** Finds out what may be downloaded. The owner of the sessions says what there is; the object store has the bytes. */
@Injectable()
export class DownloadsService {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    private readonly links: DownloadLinks,
  ) {}

  /** @throws AppError `ARTIFACT_NOT_FOUND`, `OBJECT_PRUNED` */
  async artifact(artifactId: string): Promise<ArtifactView> {
    const { artifact } = await this.rpc.call(sessionRpc.artifact, { artifact_id: artifactId });
    await this.assertStored(artifact);
    return artifact;
  }

  /**
   * Everything of a finished session, after all of it was seen to be there: a bundle that would break off is not begun.
   * @throws AppError `SESSION_NOT_FOUND`, `SESSION_NOT_READY`, `NO_CAPTURES_FOUND`, `OBJECT_PRUNED`
   */
  async bundle(sessionId: string, needsCapture: boolean): Promise<BundlePlan> {
    const { session, artifacts } = await this.finished(sessionId, needsCapture);
    const gate = new Gate(PARALLEL_LOOKS);
    await Promise.all(
      artifacts.map(async (artifact) => {
        await gate.enter();
        try {
          await this.assertStored(artifact);
        } finally {
          gate.leave();
        }
      }),
    );
    return planBundle(session, artifacts);
  }

  async sessionUrl(actor: Actor, sessionId: string): Promise<DownloadUrl> {
    await this.finished(sessionId, false);
    return this.url(actor, `session:${sessionId}`, `/sessions/${sessionId}/download`);
  }

  async artifactUrl(actor: Actor, artifactId: string): Promise<DownloadUrl> {
    await this.rpc.call(sessionRpc.artifact, { artifact_id: artifactId });
    return this.url(actor, `artifact:${artifactId}`, `/artifacts/${artifactId}`);
  }

  /** A link to a part of a session; the caller has seen that it is there. */
  sessionPartUrl(actor: Actor, sessionId: string, path: string): DownloadUrl {
    return this.url(actor, `session:${sessionId}`, path);
  }

  private url(actor: Actor, resource: string, path: string): DownloadUrl {
    const { link, expiresAt } = this.links.sign(actor, resource);
    return { url: `${API_PREFIX}${path}?link=${link}`, expires_at: expiresAt };
  }

  private async finished(sessionId: string, needsCapture: boolean): Promise<{ session: SessionView; artifacts: readonly ArtifactView[] }> {
    const [{ session }, { artifacts }] = await Promise.all([
      this.rpc.call(sessionRpc.get, { session_id: sessionId }),
      this.rpc.call(sessionRpc.artifacts, { session_id: sessionId }),
    ]);
    if (!sessionMachine.isTerminal(session.state)) {
      throw new AppError('SESSION_NOT_READY', `The session is ${session.state}; its bundle is made when it has ended`, { details: { state: session.state } });
    }
    if (!artifacts.some(({ kind }) => !needsCapture || kind === 'pcap')) {
      throw new AppError('NO_CAPTURES_FOUND', 'Nothing was captured in this session');
    }
    return { session, artifacts };
  }

  private async assertStored(artifact: ArtifactView): Promise<void> {
    if (!(await this.store.stat(artifact.key))) {
      throw new AppError('OBJECT_PRUNED', `The bytes of ${artifact.name} are no longer stored`, { details: { artifact_id: artifact.artifact_id } });
    }
  }
}
