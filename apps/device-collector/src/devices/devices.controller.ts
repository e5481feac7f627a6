import { deviceRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { rows } from '@capstan/persistence';
import { SealingKeys } from '@capstan/service-kit';
import { Controller } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DeviceDirectory } from './device-directory.repository';
import { exportDocument } from './device-export';
import { DeviceFacetsReader } from './device-facets.repository';
import { DeviceImport } from './device-import.service';
import { DeviceTest } from './device-test.service';
import { toDeviceView } from './device-view';
import { Devices } from './devices.repository';

/** Questions about the inventory of devices. */
@Controller()
export class DevicesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly devices: Devices,
    private readonly directory: DeviceDirectory,
    private readonly facetsReader: DeviceFacetsReader,
    private readonly imports: DeviceImport,
    private readonly tests: DeviceTest,
    private readonly sealingKeys: SealingKeys,
  ) {}

  @OnRpc(deviceRpc.list)
  async list(request: RequestOf<typeof deviceRpc.list>): Promise<ResponseOf<typeof deviceRpc.list>> {
    const { page: wanted, per_page: size, limit, sort, order, ...filter } = request;
    const perPage = limit ?? size;
    const page = limit === undefined ? wanted : 1;
    const { devices, total } = await this.devices.list(filter, { sort, order, page, perPage });
    return { devices: devices.map(toDeviceView), total, page, per_page: perPage };
  }

  @OnRpc(deviceRpc.facets)
  facets(): Promise<ResponseOf<typeof deviceRpc.facets>> {
    return this.facetsReader.read();
  }

  @OnRpc(deviceRpc.get)
  async get({ device_id: deviceId }: RequestOf<typeof deviceRpc.get>): Promise<ResponseOf<typeof deviceRpc.get>> {
    return { device: toDeviceView(await this.devices.get(deviceId)) };
  }

  @OnRpc(deviceRpc.create)
  async create({ device_id: deviceId, device, requested_by: actor }: RequestOf<typeof deviceRpc.create>): Promise<ResponseOf<typeof deviceRpc.create>> {
    return { device: toDeviceView(await this.devices.create(deviceId, device, actor.name)) };
  }

  @OnRpc(deviceRpc.update)
  async update({ device_id: deviceId, changes }: RequestOf<typeof deviceRpc.update>): Promise<ResponseOf<typeof deviceRpc.update>> {
    const { revision, ...rest } = changes;
    return { device: toDeviceView(await this.devices.update(deviceId, rest, revision)) };
  }

  @OnRpc(deviceRpc.bulk)
  bulk({ order }: RequestOf<typeof deviceRpc.bulk>): Promise<ResponseOf<typeof deviceRpc.bulk>> {
    return this.devices.bulk(order);
  }

  @OnRpc(deviceRpc.remove)
  async remove({ device_id: deviceId }: RequestOf<typeof deviceRpc.remove>): Promise<ResponseOf<typeof deviceRpc.remove>> {
    await this.devices.remove(deviceId);
    return {};
  }

  @OnRpc(deviceRpc.test)
  test({ device_id: deviceId, options, requested_by: actor }: RequestOf<typeof deviceRpc.test>): Promise<ResponseOf<typeof deviceRpc.test>> {
    return this.tests.run(deviceId, { credentialId: options.credential_id, setPlatform: options.set_platform, actor });
  }

  @OnRpc(deviceRpc.acknowledgeIdentity)
  async acknowledgeIdentity({ device_id: deviceId, requested_by: actor }: RequestOf<typeof deviceRpc.acknowledgeIdentity>): Promise<ResponseOf<typeof deviceRpc.acknowledgeIdentity>> {
    return { device: toDeviceView(await this.directory.acknowledgeIdentity(deviceId, actor)) };
  }

  @OnRpc(deviceRpc.importDevices)
  async import(request: RequestOf<typeof deviceRpc.importDevices>): Promise<ResponseOf<typeof deviceRpc.importDevices>> {
    const pieces = await Promise.all(request.sealed_document.map((piece) => this.sealingKeys.open(piece)));
    return this.imports.run({
      format: request.format,
      text: pieces.map((piece) => piece.reveal()).join(''),
      defaults: request.defaults,
      skipDuplicates: request.skip_duplicates,
      allOrNothing: request.all_or_nothing,
      dryRun: request.dry_run,
      createdBy: request.requested_by.name,
    });
  }

  @OnRpc(deviceRpc.exportDevices)
  async export({ format, filter }: RequestOf<typeof deviceRpc.exportDevices>): Promise<ResponseOf<typeof deviceRpc.exportDevices>> {
    const devices = await this.devices.all(filter);
    const names = async (sql: string): Promise<ReadonlyMap<string, string>> => new Map((await rows<{ id: string; name: string }>(this.dataSource, sql)).map(({ id, name }) => [id, name]));
    const credentials = await names('SELECT credential_id AS id, name FROM credentials WHERE session_id IS NULL');
    const hosts = await names('SELECT device_id AS id, name FROM devices WHERE deleted_at IS NULL');
    return { document: exportDocument(format, devices, credentials, hosts), device_count: devices.length };
  }
}
