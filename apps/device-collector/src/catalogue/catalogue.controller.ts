import { catalogueRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { CaptureTexts } from './captures/capture-texts.service';
import { Captures } from './captures/captures.repository';
import { CatalogueExports } from './catalogue-exports.service';
import { Changes } from './changes/changes.repository';
import { describeMac, readMac } from './observations/mac-facts';
import { ConfigHistory } from './history/config-history.service';
import { Observations } from './observations/observations.repository';
import { CaptureSearch } from './search/capture-search.repository';

type Rpc = typeof catalogueRpc;

/** Questions about captures, their changes and what they tell. */
@Controller()
export class CatalogueController {
  constructor(
    private readonly stored: Captures,
    private readonly texts: CaptureTexts,
    private readonly found: Changes,
    private readonly observations: Observations,
    private readonly searching: CaptureSearch,
    private readonly exports: CatalogueExports,
    private readonly history: ConfigHistory,
  ) {}

  @OnRpc(catalogueRpc.captures)
  captures(query: RequestOf<Rpc['captures']>): Promise<ResponseOf<Rpc['captures']>> {
    return this.stored.list(query);
  }

  @OnRpc(catalogueRpc.capture)
  async capture({ capture_id: id }: RequestOf<Rpc['capture']>): Promise<ResponseOf<Rpc['capture']>> {
    return this.texts.content(await this.stored.get(id));
  }

  @OnRpc(catalogueRpc.currentCapture)
  async currentCapture({ device_id: device, capture_type: type }: RequestOf<Rpc['currentCapture']>): Promise<ResponseOf<Rpc['currentCapture']>> {
    return this.texts.content(await this.stored.current(device, type));
  }

  @OnRpc(catalogueRpc.captureText)
  async captureText({ capture_id: id, form }: RequestOf<Rpc['captureText']>): Promise<ResponseOf<Rpc['captureText']>> {
    const { key, name, mediaType, size, sha256 } = await this.texts.makeFile(id, form);
    return { key, name, media_type: mediaType, size, sha256 };
  }

  @OnRpc(catalogueRpc.reveal)
  async reveal({ capture_id: id, recipient }: RequestOf<Rpc['reveal']>): Promise<ResponseOf<Rpc['reveal']>> {
    return { sealed_text: await this.texts.reveal(id, recipient) };
  }

  @OnRpc(catalogueRpc.setBaseline)
  async setBaseline({ capture_id: id, baseline }: RequestOf<Rpc['setBaseline']>): Promise<ResponseOf<Rpc['setBaseline']>> {
    return { capture: await this.stored.setBaseline(id, baseline) };
  }

  @OnRpc(catalogueRpc.compare)
  async compare(query: RequestOf<Rpc['compare']>): Promise<ResponseOf<Rpc['compare']>> {
    return { diff: await this.texts.compare(query) };
  }

  @OnRpc(catalogueRpc.drift)
  async drift({ device_id: device, capture_type: type, context }: RequestOf<Rpc['drift']>): Promise<ResponseOf<Rpc['drift']>> {
    return { diff: await this.texts.diff(await this.stored.baseline(device, type), await this.stored.current(device, type), context) };
  }

  @OnRpc(catalogueRpc.groups)
  async groups(query: RequestOf<Rpc['groups']>): Promise<ResponseOf<Rpc['groups']>> {
    return { capture_type: query.capture_type, groups: await this.stored.groups(query) };
  }

  @OnRpc(catalogueRpc.search)
  search(query: RequestOf<Rpc['search']>): Promise<ResponseOf<Rpc['search']>> {
    return this.searching.search(query);
  }

  @OnRpc(catalogueRpc.types)
  async types(): Promise<ResponseOf<Rpc['types']>> {
    return { types: await this.stored.types() };
  }

  @OnRpc(catalogueRpc.devices)
  async devices(): Promise<ResponseOf<Rpc['devices']>> {
    return { devices: await this.stored.devices() };
  }

  @OnRpc(catalogueRpc.changes)
  changes(query: RequestOf<Rpc['changes']>): Promise<ResponseOf<Rpc['changes']>> {
    return this.found.list(query);
  }

  @OnRpc(catalogueRpc.change)
  async change({ change_id: id }: RequestOf<Rpc['change']>): Promise<ResponseOf<Rpc['change']>> {
    return { change: await this.found.get(id) };
  }

  @OnRpc(catalogueRpc.changeDiff)
  async changeDiff({ change_id: id, context }: RequestOf<Rpc['changeDiff']>): Promise<ResponseOf<Rpc['changeDiff']>> {
    const change = await this.found.get(id);
    return { change, diff: await this.texts.diff(await this.stored.get(change.from_capture_id), await this.stored.get(change.to_capture_id), context) };
  }

  @OnRpc(catalogueRpc.acknowledge)
  async acknowledge({ change_id: id, requested_by: by, ...body }: RequestOf<Rpc['acknowledge']>): Promise<ResponseOf<Rpc['acknowledge']>> {
    return { change: await this.found.acknowledge(id, body, by.name) };
  }

  @OnRpc(catalogueRpc.acknowledgeMany)
  async acknowledgeMany({ change_ids: ids, note, requested_by: by }: RequestOf<Rpc['acknowledgeMany']>): Promise<ResponseOf<Rpc['acknowledgeMany']>> {
    return { acknowledged: await this.found.acknowledgeMany(ids, note ?? null, by.name) };
  }

  @OnRpc(catalogueRpc.arp)
  async arp(query: RequestOf<Rpc['arp']>): Promise<ResponseOf<Rpc['arp']>> {
    return { ...(await this.observations.arp(query)), ...pageOf(query) };
  }

  @OnRpc(catalogueRpc.arpEvents)
  arpEvents(query: RequestOf<Rpc['arpEvents']>): Promise<ResponseOf<Rpc['arpEvents']>> {
    return this.observations.events(query);
  }

  @OnRpc(catalogueRpc.arpStats)
  arpStats(): Promise<ResponseOf<Rpc['arpStats']>> {
    return this.observations.arpStats();
  }

  @OnRpc(catalogueRpc.arpDevices)
  async arpDevices(): Promise<ResponseOf<Rpc['arpDevices']>> {
    return { devices: await this.observations.arpDevices() };
  }

  @OnRpc(catalogueRpc.oui)
  oui({ macs }: RequestOf<Rpc['oui']>): Promise<ResponseOf<Rpc['oui']>> {
    return Promise.resolve({ results: macs.flatMap((text) => readMac(text) ?? []).map(describeMac), invalid: macs.filter((text) => readMac(text) === undefined) });
  }

  @OnRpc(catalogueRpc.mac)
  async mac(query: RequestOf<Rpc['mac']>): Promise<ResponseOf<Rpc['mac']>> {
    return { ...(await this.observations.mac(query)), ...pageOf(query) };
  }

  @OnRpc(catalogueRpc.neighbors)
  async neighbors(query: RequestOf<Rpc['neighbors']>): Promise<ResponseOf<Rpc['neighbors']>> {
    return { ...(await this.observations.neighbors(query)), ...pageOf(query) };
  }

  @OnRpc(catalogueRpc.routes)
  async routes(query: RequestOf<Rpc['routes']>): Promise<ResponseOf<Rpc['routes']>> {
    return { ...(await this.observations.routes(query)), ...pageOf(query) };
  }

  @OnRpc(catalogueRpc.configHistory)
  async configHistory(query: RequestOf<Rpc['configHistory']>): Promise<ResponseOf<Rpc['configHistory']>> {
    const { file, commits } = await this.history.make(query);
    return { file: { key: file.key, name: file.name, media_type: file.mediaType, size: file.size, sha256: file.sha256 }, commits };
  }

  @OnRpc(catalogueRpc.exportTable)
  async exportTable({ table, format, query }: RequestOf<Rpc['exportTable']>): Promise<ResponseOf<Rpc['exportTable']>> {
    const { file, rowCount, total } = await this.exports.make(table, format, query);
    return { file: { key: file.key, name: file.name, media_type: file.mediaType, size: file.size, sha256: file.sha256 }, row_count: rowCount, total };
  }
}

function pageOf({ page, per_page, limit }: { page: number; per_page: number; limit?: number | undefined }): { page: number; per_page: number } {
  return limit === undefined ? { page, per_page } : { page: 1, per_page: limit };
}
