import { Readable } from 'node:stream';
import { arpQuery, changeListQuery, EXPORT_ROWS_LIMIT, type ExportTable, macQuery, neighborQuery, routeQuery, type z } from '@capstan/contracts';
import { assertNever, type IdSource, validationError, writeCsv } from '@capstan/kernel';
import type { ObjectStore, StoredObject } from '@capstan/object-store';
import { IDS, OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { VIEW_PREFIX } from './captures/capture-texts.service';
import { Changes } from './changes/changes.repository';
import { Observations, type Slice } from './observations/observations.repository';

const INTERVAL = ['device_name', 'site', 'first_seen', 'last_seen', 'ended_at', 'missing_since', 'device_id'];
/** Columns of the CSV, in their order. */
const COLUMNS: { readonly [Table in ExportTable]: readonly string[] } = {
  changes: ['detected_at', 'device_name', 'site', 'capture_type', 'severity', 'added', 'removed', 'modified', 'summary', 'actor', 'acknowledged_at', 'acknowledged_by', 'note', 'since', 'change_id', 'device_id'],
  arp: ['ip', 'mac_text', 'vendor', 'interface', 'egress_port', 'type', 'context', ...INTERVAL],
  mac: ['mac_text', 'vendor', 'vlan', 'ports', 'type', 'context', ...INTERVAL],
  neighbors: ['local_interface', 'system_name', 'port_id', 'port_description', 'chassis_id', 'management_addresses', 'capabilities', 'protocol', ...INTERVAL],
  routes: ['prefix', 'protocol', 'subtype', 'distance', 'metric', 'next_hops', 'best', 'tag', 'context', ...INTERVAL],
};

/** Tables as files. */
@Injectable()
export class CatalogueExports {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: Changes,
    private readonly observations: Observations,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** Makes a table a file. Of more rows than fit only the first are in it: `total` tells. @throws AppError `VALIDATION_FAILED` */
  async make(table: ExportTable, format: 'csv' | 'json', query: unknown): Promise<{ file: StoredObject & { name: string }; rowCount: number; total: number }> {
    const { found, total } = await this.read(table, query);
    const [text, mediaType] = format === 'csv' ? [writeCsv([[...COLUMNS[table]], ...found.map((row) => COLUMNS[table].map((column) => cellText(row[column])))]), 'text/csv'] : [`${JSON.stringify({ [table]: found, total }, undefined, 1)}\n`, 'application/json'];
    const file = await this.store.put(`${VIEW_PREFIX}${this.ids.next()}/${table}.${format}`, Readable.from([Buffer.from(text)]), { mediaType });
    return { file: { ...file, name: `${table}.${format}` }, rowCount: found.length, total };
  }

  private async read(table: ExportTable, query: unknown): Promise<{ found: Record<string, unknown>[]; total: number }> {
    const all: Slice = (filter, columns, tables, order) => filter.slice<object>(this.dataSource, columns, tables, order, EXPORT_ROWS_LIMIT);
    switch (table) {
      case 'changes':
        return this.changes.some(checked(changeListQuery, query), EXPORT_ROWS_LIMIT);
      case 'arp': {
        const { bindings, total } = await this.observations.arp(checked(arpQuery, query), all);
        return { found: bindings, total };
      }
      case 'mac': {
        const { locations, total } = await this.observations.mac(checked(macQuery, query), all);
        return { found: locations, total };
      }
      case 'neighbors': {
        const { neighbors, total } = await this.observations.neighbors(checked(neighborQuery, query), all);
        return { found: neighbors, total };
      }
      case 'routes': {
        const { routes, total } = await this.observations.routes(checked(routeQuery, query), all);
        return { found: routes, total };
      }
      default:
        return assertNever(table);
    }
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  const result = schema.safeParse(query);
  if (!result.success) {
    throw validationError(result.error.issues.map(({ path, message }) => ({ path: path.join('.'), code: 'INVALID', message })));
  }
  return result.data;
}

function cellText(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  return value === null || value === undefined ? '' : Array.isArray(value) && value.every((part) => typeof part === 'string') ? value.join(' ') : JSON.stringify(value);
}
