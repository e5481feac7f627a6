import { cameraRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { OnRpc } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { toCameraView } from '../inventory/camera-view';
import { Cameras } from '../inventory/cameras.repository';
import { ConnectionTest } from './connection-test.service';
import { HealthRecords } from './health.repository';

const MAX_EVENTS = 100;

/** Questions about how cameras are. */
@Controller()
export class HealthController {
  constructor(
    private readonly cameras: Cameras,
    private readonly records: HealthRecords,
    private readonly connectionTest: ConnectionTest,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @OnRpc(cameraRpc.health)
  async health({ camera_id: cameraId, hours, limit }: RequestOf<typeof cameraRpc.health>): Promise<ResponseOf<typeof cameraRpc.health>> {
    const camera = await this.cameras.graded(cameraId);
    const since = new Date(this.clock.now() - hours * 3_600_000);
    const [samples, rollups, { events, total }, report] = await Promise.all([
      this.records.samples(cameraId, since, limit),
      this.records.hours(cameraId, since),
      this.records.events({ cameraId, since }, 1, MAX_EVENTS),
      this.records.report(cameraId, since),
    ]);
    return {
      camera_id: cameraId,
      state: toCameraView(camera).state,
      since: isoTime(since.getTime()),
      samples,
      rollups: rollups.map((hour) => ({ from: isoTime(hour.from_at.getTime()), samples: hour.samples, up_pct: percent(hour.up, hour.samples) ?? 0, fps: round(hour.fps), bitrate_kbps: round(hour.bitrate), loss_pct: round(hour.loss), latency_ms: round(hour.latency) })),
      events,
      report: { samples: report.samples, up_pct: percent(report.up, report.samples), avg_latency_ms: round(report.latency), avg_fps: round(report.fps), events: total },
    };
  }

  @OnRpc(cameraRpc.events)
  async events(request: RequestOf<typeof cameraRpc.events>): Promise<ResponseOf<typeof cameraRpc.events>> {
    const perPage = request.limit ?? request.per_page;
    const page = request.limit === undefined ? request.page : 1;
    return { ...(await this.records.events({ openOnly: request.open_only === 'true' }, page, perPage)), page, per_page: perPage };
  }

  @OnRpc(cameraRpc.test)
  async test({ camera_id: cameraId, options }: RequestOf<typeof cameraRpc.test>): Promise<ResponseOf<typeof cameraRpc.test>> {
    const answer = await this.connectionTest.run(await this.cameras.get(cameraId), options.timeout_seconds * 1_000, options.check_credentials);
    await this.records.dueNow(cameraId);
    return answer;
  }
}

const round = (value: number | null): number | null => (value === null ? null : Math.round(value * 100) / 100);
const percent = (part: number, whole: number): number | null => (whole === 0 ? null : Math.round((part * 10_000) / whole) / 100);
