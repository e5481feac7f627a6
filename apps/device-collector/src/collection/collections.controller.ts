import { collectionRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { DeviceDirectory } from '../devices/device-directory.repository';
import { CollectionJobs } from './collection-jobs.repository';
import { Collections } from './collections.service';
import { deviceView } from './job-views';

type Rpc = typeof collectionRpc;

/** Answers what the gateway asks about collections. */
@Controller()
export class CollectionsController {
  constructor(
    private readonly collections: Collections,
    private readonly jobs: CollectionJobs,
    private readonly directory: DeviceDirectory,
  ) {}

  @OnRpc(collectionRpc.devices)
  async devices({ vendor, site, role }: RequestOf<Rpc['devices']>): Promise<ResponseOf<Rpc['devices']>> {
    const found = (await this.directory.select({ ...(vendor === undefined ? {} : { vendor }), ...(site === undefined ? {} : { site }), ...(role === undefined ? {} : { role }), enabled: 'true' })).map((device) => ({
      id: device.id,
      name: device.name,
      ip: device.address,
      vendor: device.vendor ?? '',
      site: device.site ?? '',
      role: device.role ?? '',
      model: device.model ?? '',
      device_type: device.platform ?? '',
    }));
    return { success: true, devices: found, count: found.length };
  }

  @OnRpc(collectionRpc.captureTypes)
  captureTypes(): Promise<ResponseOf<Rpc['captureTypes']>> {
    return Promise.resolve({ capture_types: this.collections.captureTypes() });
  }

  @OnRpc(collectionRpc.start)
  start(order: RequestOf<Rpc['start']>): Promise<ResponseOf<Rpc['start']>> {
    return this.collections.start(order);
  }

  @OnRpc(collectionRpc.list)
  async list(query: RequestOf<Rpc['list']>): Promise<ResponseOf<Rpc['list']>> {
    const page = query.limit === undefined ? query.page : 1;
    const perPage = query.limit ?? query.per_page;
    const { jobs, total } = await this.jobs.list({
      limit: perPage,
      offset: (page - 1) * perPage,
      ...(query.status === undefined ? {} : { status: query.status }),
      ...(query.device_id === undefined ? {} : { deviceId: query.device_id }),
    });
    return { jobs: jobs.map((job) => this.collections.view(job)), total, page, per_page: perPage };
  }

  @OnRpc(collectionRpc.get)
  async get({ job_id: jobId }: RequestOf<Rpc['get']>): Promise<ResponseOf<Rpc['get']>> {
    const job = await this.jobs.byName(jobId);
    return { job: this.collections.view(job), devices: (await this.jobs.devices(job.session_id)).map(deviceView) };
  }

  @OnRpc(collectionRpc.status)
  async status({ job_id: jobId }: RequestOf<Rpc['status']>): Promise<ResponseOf<Rpc['status']>> {
    return { job: this.collections.view(await this.jobs.byName(jobId)) };
  }

  @OnRpc(collectionRpc.retry)
  retry({ job_id: jobId, new_session_id: sessionId, requested_by: by }: RequestOf<Rpc['retry']>): Promise<ResponseOf<Rpc['retry']>> {
    return this.collections.retry(jobId, sessionId, by);
  }

  @OnRpc(collectionRpc.cancel)
  cancel({ job_id: jobId, requested_by: by }: RequestOf<Rpc['cancel']>): Promise<ResponseOf<Rpc['cancel']>> {
    return this.collections.cancel(jobId, by);
  }

  @OnRpc(collectionRpc.reload)
  reload({ job_id: jobId }: RequestOf<Rpc['reload']>): Promise<ResponseOf<Rpc['reload']>> {
    return this.collections.reload(jobId);
  }
}
