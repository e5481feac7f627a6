import { type RequestOf, type ResponseOf, snapshotRpc } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller, Logger } from '@nestjs/common';
import { Cameras } from '../inventory/cameras.repository';
import { Films } from './films.service';
import { Retention } from './retention.service';
import { SnapshotTaker } from './snapshot-taker.service';
import { Snapshots, toPicture, toThumbnail } from './snapshots.repository';

/** Questions about pictures. */
@Controller()
export class SnapshotsController {
  private readonly logger = new Logger(SnapshotsController.name);

  constructor(
    private readonly taker: SnapshotTaker,
    private readonly snapshots: Snapshots,
    private readonly cameras: Cameras,
    private readonly films: Films,
    private readonly retention: Retention,
  ) {}

  @OnRpc(snapshotRpc.capture)
  async capture({ camera_id: cameraId, snapshot_id: snapshotId, wish, requested_by: actor }: RequestOf<typeof snapshotRpc.capture>): Promise<ResponseOf<typeof snapshotRpc.capture>> {
    const { row, fallback } = await this.taker.capture(cameraId, snapshotId, wish, actor.name);
    return { snapshot: this.snapshots.toView(row), key: row.key, fallback };
  }

  @OnRpc(snapshotRpc.still)
  async still({ camera_id: cameraId, width, max_age_ms: maxAge }: RequestOf<typeof snapshotRpc.still>): Promise<ResponseOf<typeof snapshotRpc.still>> {
    return { picture: await this.taker.still(cameraId, width, maxAge) };
  }

  @OnRpc(snapshotRpc.get)
  async get({ snapshot_id: snapshotId }: RequestOf<typeof snapshotRpc.get>): Promise<ResponseOf<typeof snapshotRpc.get>> {
    const row = await this.snapshots.get(snapshotId);
    return { snapshot: this.snapshots.toView(row), picture: toPicture(row), thumbnail: toThumbnail(row) };
  }

  @OnRpc(snapshotRpc.list)
  async list(request: RequestOf<typeof snapshotRpc.list>): Promise<ResponseOf<typeof snapshotRpc.list>> {
    if (request.device_id !== undefined) {
      await this.cameras.get(request.device_id);
    }
    const perPage = request.limit ?? request.per_page;
    const page = request.limit === undefined ? request.page : 1;
    const { snapshots, total } = await this.snapshots.list({ cameraId: request.device_id, since: request.since, until: request.until }, page, perPage);
    return { snapshots: snapshots.map((row) => this.snapshots.toView(row)), total, page, per_page: perPage };
  }

  @OnRpc(snapshotRpc.latest)
  async latest({ camera_id: cameraId }: RequestOf<typeof snapshotRpc.latest>): Promise<ResponseOf<typeof snapshotRpc.latest>> {
    await this.cameras.get(cameraId);
    return { snapshot: this.snapshots.toView(await this.snapshots.latest(cameraId)) };
  }

  @OnRpc(snapshotRpc.hold)
  async hold({ snapshot_id: snapshotId, legal_hold: hold }: RequestOf<typeof snapshotRpc.hold>): Promise<ResponseOf<typeof snapshotRpc.hold>> {
    return { snapshot: this.snapshots.toView(await this.snapshots.hold(snapshotId, hold)) };
  }

  @OnRpc(snapshotRpc.remove)
  async remove({ snapshot_id: snapshotId }: RequestOf<typeof snapshotRpc.remove>): Promise<ResponseOf<typeof snapshotRpc.remove>> {
    const row = await this.snapshots.doom(snapshotId);
    await this.retention.removeNow(row).catch((error: unknown) => this.logger.warn('The objects of a snapshot could not be removed now; they will be', error));
    return {};
  }

  @OnRpc(snapshotRpc.contactSheet)
  async contactSheet({ camera_id: cameraId, film }: RequestOf<typeof snapshotRpc.contactSheet>): Promise<ResponseOf<typeof snapshotRpc.contactSheet>> {
    return { picture: await this.films.contactSheet(cameraId, film) };
  }

  @OnRpc(snapshotRpc.timeLapse)
  async timeLapse({ camera_id: cameraId, film }: RequestOf<typeof snapshotRpc.timeLapse>): Promise<ResponseOf<typeof snapshotRpc.timeLapse>> {
    return { picture: await this.films.timeLapse(cameraId, film) };
  }
}
