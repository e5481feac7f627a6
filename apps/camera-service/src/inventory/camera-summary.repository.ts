import type { ResponseOf, cameraRpc } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const HOUR_MS = 3_600_000;

/** Counts over all cameras, made by the database. */
@Injectable()
export class CameraSummary {
  private readonly startedAt: number;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.startedAt = clock.monotonic();
  }

  async read(): Promise<ResponseOf<typeof cameraRpc.summary>> {
    const states = await rows<{ state: string; count: number; recording: number; detecting: number; latency: number | null }>(
      this.dataSource,
      `SELECT CASE WHEN c.is_active THEN s.state ELSE 'disabled' END AS state, count(*)::int AS count,
              count(*) FILTER (WHERE c.enable_recording AND c.is_active)::int AS recording, count(*) FILTER (WHERE c.enable_detection AND c.is_active)::int AS detecting,
              sum(s.latency_ms) AS latency
         FROM cameras c JOIN camera_states s USING (camera_id) WHERE c.deleted_at IS NULL GROUP BY 1`,
    );
    const [latency] = await rows<{ average: number | null }>(this.dataSource, `SELECT avg(s.latency_ms) AS average FROM cameras c JOIN camera_states s USING (camera_id) WHERE c.deleted_at IS NULL AND c.is_active AND s.latency_ms IS NOT NULL`);
    const [groups] = await rows<{ total: number }>(this.dataSource, `SELECT count(*)::int AS total FROM camera_groups`);
    const sum = (of: (row: (typeof states)[number]) => number): number => states.reduce((total, row) => total + of(row), 0);
    const total = sum(({ count }) => count);
    const active = sum(({ state, count }) => (state === 'disabled' ? 0 : count));
    const offline = sum(({ state, count }) => (OFFLINE.includes(state) ? count : 0));
    return {
      total_cameras: total,
      active_cameras: active,
      offline_cameras: offline,
      recording_cameras: sum(({ recording }) => recording),
      detection_enabled: sum(({ detecting }) => detecting),
      total_groups: groups?.total ?? 0,
      by_state: Object.fromEntries(states.map(({ state, count }) => [state, count])),
      last_update: isoTime(this.clock.now()),
      health_check_status: offline === 0 ? 'healthy' : offline * 2 < active ? 'warning' : 'critical',
      avg_latency_ms: (latency?.average === null || latency?.average === undefined) ? null : Math.round(latency.average * 100) / 100,
      system_uptime_hours: Math.round(((this.clock.monotonic() - this.startedAt) / HOUR_MS) * 1_000) / 1_000,
    };
  }
}

const OFFLINE: readonly string[] = ['stalled', 'auth_failed', 'not_found', 'unreachable'];
