import type { DeviceFacets } from '@capstan/contracts';
import { rows } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PlatformCatalogue } from '../platforms';
import { EFFECTIVE_VENDOR } from './device-filter';

/** What there is to filter devices by. */
@Injectable()
export class DeviceFacetsReader {
  constructor(
    private readonly dataSource: DataSource,
    private readonly platforms: PlatformCatalogue,
  ) {}

  /** Every value that some device has, with the number of its devices. */
  async read(): Promise<DeviceFacets> {
    const found = await rows<{ facet: string; value: string; count: string }>(
      this.dataSource,
      `SELECT facet, value, count(*) AS count
         FROM devices d CROSS JOIN LATERAL (
           VALUES ('sites', d.site), ('roles', d.role), ('platforms', d.platform), ('vendors', ${EFFECTIVE_VENDOR})
           UNION ALL SELECT 'tags', unnest(d.tags)
         ) AS f (facet, value)
        WHERE d.deleted_at IS NULL AND value IS NOT NULL GROUP BY facet, value ORDER BY facet, lower(value), value`,
    );
    const [count] = await rows<{ total: string; alarms: string }>(
      this.dataSource,
      `SELECT count(*) AS total, count(*) FILTER (WHERE s.observed IS NOT NULL) AS alarms FROM devices d JOIN device_states s USING (device_id) WHERE d.deleted_at IS NULL`,
    );
    const of = (name: string) => found.filter(({ facet }) => facet === name).map(({ value, count }) => ({ value, count: Number(count) }));
    return {
      total: Number(count?.total ?? 0),
      sites: of('sites'),
      roles: of('roles'),
      vendors: of('vendors'),
      platforms: of('platforms'),
      tags: of('tags'),
      identity_alarms: Number(count?.alarms ?? 0),
      known_platforms: this.platforms.all.map(({ name, title }) => ({ name, title })),
    };
  }
}
