import { cameraEvents, type CameraState, type HealthEvent, type HealthSample } from '@capstan/contracts';
import { type Clock, type IdSource, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { CameraRecord } from '../inventory/camera-view';
import type { HealthEventRow } from './health.entity';
import type { CameraLook } from './camera-look.service';
import type { Standing } from './health-state';

/** Rates are learned slowly: cameras halve them at night. */
const LEARNING = 0.2;

/** What cameras' health is kept in. */
@Injectable()
export class HealthRecords {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** Takes cameras that are due and that nobody else is looking at; they are due again after `leaseSec` unless they are looked at. */
  async claimDue(limit: number, leaseSec: number, self: string): Promise<CameraRecord[]> {
    const now = new Date(this.clock.now());
    const claimed = await rows<CameraRecord>(
      this.dataSource,
      `WITH due AS (
         SELECT s.camera_id FROM camera_states s JOIN cameras c USING (camera_id)
          WHERE s.next_check_at <= $1 AND c.is_active AND c.deleted_at IS NULL AND (s.owner IS NULL OR s.owner = $4 OR s.owned_until < now())
          ORDER BY s.next_check_at LIMIT $2 FOR UPDATE OF s SKIP LOCKED),
       claimed AS (UPDATE camera_states s SET next_check_at = $3 FROM due WHERE s.camera_id = due.camera_id RETURNING s.*)
       SELECT c.*, claimed.* FROM claimed JOIN cameras c USING (camera_id)`,
      [now, limit, new Date(now.getTime() + leaseSec * 1_000), self],
    );
    // What the claim wrote is a lease; the camera itself is due now.
    return claimed.map((camera) => ({ ...camera, next_check_at: now }));
  }

  /** Has a camera looked at as soon as somebody is free. */
  async dueNow(cameraId: string): Promise<void> {
    await rows(this.dataSource, `UPDATE camera_states SET next_check_at = $2 WHERE camera_id = $1`, [cameraId, new Date(this.clock.now())]);
  }

  /** Writes down one look: sample, state, hour, events and the fact, together. */
  async record(camera: CameraRecord, look: CameraLook, standing: Standing, nextLookAt: number): Promise<void> {
    const { sample: found, error, memory } = look;
    const sample: HealthSample = { ...found, state: standing.state };
    const up = standing.state === 'live' || standing.state === 'degraded';
    const latency = sample.tcp_ms === null ? null : sample.tcp_ms + (sample.describe_ms ?? 0);
    await transaction(this.dataSource, async (manager) => {
      const written = await rows(
        manager,
        `UPDATE camera_states SET state = $2, pending_state = $3, streak = $4, reason_code = $5, last_error = $6, next_check_at = $7, picture = $8,
                last_connected = CASE WHEN $9::boolean THEN $10 ELSE last_connected END,
                connection_retries = CASE WHEN $9::boolean THEN 0 ELSE connection_retries + 1 END,
                latency_ms = COALESCE($11, CASE WHEN $9::boolean THEN latency_ms END),
                detected_width = COALESCE($12, detected_width), detected_height = COALESCE($13, detected_height), detected_codec = COALESCE($14, detected_codec),
                detected_fps = CASE WHEN $15::double precision IS NULL THEN detected_fps WHEN detected_fps IS NULL THEN $15 ELSE round((detected_fps * ${1 - LEARNING} + $15 * ${LEARNING})::numeric, 2) END
          WHERE camera_id = $1 RETURNING 1 AS one`,
        [
          camera.camera_id,
          standing.state,
          standing.pending,
          standing.streak,
          sample.reason_code,
          error?.message ?? null,
          new Date(nextLookAt),
          JSON.stringify(memory),
          error === null,
          new Date(this.clock.now()),
          latency,
          // The smaller stream says nothing about what the camera is configured for.
          ...(sample.stream === 'main' ? [sample.width, sample.height, sample.codec, sample.fps] : [null, null, null, null]),
        ],
      );
      if (written.length === 0) {
        return;
      }
      await rows(manager, `INSERT INTO health_samples (camera_id, at, sample) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [camera.camera_id, new Date(sample.at), JSON.stringify(sample)]);
      await this.rollUp(manager, sample, up, latency);
      const { opened, closed } = await this.updateEvents(manager, camera, sample);
      const data = { camera_id: camera.camera_id, name: camera.name, previous_state: camera.state, sample, opened, closed, at: sample.at };
      await this.outbox.add(manager, cameraEvents.healthChanged, data, { subject: camera.camera_id, partitionKey: camera.camera_id });
    });
  }

  /** Samples of a camera, newest first. */
  async samples(cameraId: string, since: Date, limit: number): Promise<HealthSample[]> {
    const found = await rows<{ sample: HealthSample }>(this.dataSource, `SELECT sample FROM health_samples WHERE camera_id = $1 AND at >= $2 ORDER BY at DESC LIMIT $3`, [cameraId, since, limit]);
    return found.map(({ sample }) => sample);
  }

  /** Hours of a camera, oldest first. */
  async hours(cameraId: string, since: Date) {
    return rows<HourRow>(
      this.dataSource,
      `SELECT from_at, samples, up, CASE WHEN fps_count > 0 THEN fps_sum / fps_count END AS fps, CASE WHEN bitrate_count > 0 THEN bitrate_sum / bitrate_count END AS bitrate,
              CASE WHEN loss_count > 0 THEN loss_sum / loss_count END AS loss, CASE WHEN latency_count > 0 THEN latency_sum / latency_count END AS latency
         FROM health_rollups WHERE camera_id = $1 AND from_at >= date_trunc('hour', $2::timestamptz) ORDER BY from_at`,
      [cameraId, since],
    );
  }

  /** Figures over a time, counted by the database over all its samples. */
  async report(cameraId: string, since: Date): Promise<{ samples: number; up: number; latency: number | null; fps: number | null }> {
    const [row] = await rows<{ samples: number; up: number; latency: number | null; fps: number | null }>(
      this.dataSource,
      `SELECT count(*)::int AS samples, count(*) FILTER (WHERE sample ->> 'state' IN ('live', 'degraded'))::int AS up,
              avg((sample ->> 'tcp_ms')::double precision + COALESCE((sample ->> 'describe_ms')::double precision, 0)) AS latency, avg((sample ->> 'fps')::double precision) AS fps
         FROM health_samples WHERE camera_id = $1 AND at >= $2`,
      [cameraId, since],
    );
    return row ?? { samples: 0, up: 0, latency: null, fps: null };
  }

  /** Events of one camera or of all, newest first. */
  async events(filter: { cameraId?: string; since?: Date; openOnly?: boolean }, page: number, perPage: number): Promise<{ events: HealthEvent[]; total: number }> {
    const where = `($1::uuid IS NULL OR e.camera_id = $1) AND ($2::timestamptz IS NULL OR e.opened_at >= $2 OR e.closed_at IS NULL) AND (NOT $3::boolean OR e.closed_at IS NULL) AND c.deleted_at IS NULL`;
    const values = [filter.cameraId ?? null, filter.since ?? null, filter.openOnly === true];
    const [count] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total FROM health_events e JOIN cameras c USING (camera_id) WHERE ${where}`, values);
    const found = await rows<HealthEventRow>(this.dataSource, `SELECT e.* FROM health_events e JOIN cameras c USING (camera_id) WHERE ${where} ORDER BY e.opened_at DESC, e.event_id DESC LIMIT $4 OFFSET $5`, [...values, perPage, (page - 1) * perPage]);
    return { events: found.map(toEvent), total: Number(count?.total ?? 0) };
  }

  private async rollUp(manager: EntityManager, sample: HealthSample, up: boolean, latency: number | null): Promise<void> {
    const figures = [sample.fps, sample.bitrate_kbps, sample.loss_pct, latency];
    const values = figures.flatMap((figure) => [figure ?? 0, figure === null ? 0 : 1]);
    const names = ['fps', 'bitrate', 'loss', 'latency'].flatMap((name) => [`${name}_sum`, `${name}_count`]);
    await rows(
      manager,
      `INSERT INTO health_rollups (camera_id, from_at, samples, up, ${names.join(', ')}) VALUES ($1, date_trunc('hour', $2::timestamptz), 1, $3, ${names.map((_, index) => `$${index + 4}`).join(', ')})
       ON CONFLICT (camera_id, from_at) DO UPDATE SET samples = health_rollups.samples + 1, up = health_rollups.up + EXCLUDED.up, ${names.map((name) => `${name} = health_rollups.${name} + EXCLUDED.${name}`).join(', ')}`,
      [sample.camera_id, new Date(sample.at), up ? 1 : 0, ...values],
    );
  }

  /** Opens what began and closes what ended. */
  private async updateEvents(manager: EntityManager, camera: CameraRecord, sample: HealthSample): Promise<{ opened: string[]; closed: string[] }> {
    const now = new Set<string>([...sample.flags.filter((flag) => flag !== 'suspect_frozen'), ...stateEvent(sample.state)]);
    // Where no picture was seen, nothing is known about it: those events stay as they are.
    const sawPicture = sample.luma_mean !== null;
    const open = await rows<{ kind: string }>(manager, `SELECT kind FROM health_events WHERE camera_id = $1 AND closed_at IS NULL`, [camera.camera_id]);
    const known = new Set(open.map(({ kind }) => kind));
    const closed = [...known].filter((kind) => !now.has(kind) && (sawPicture || kind.startsWith('camera_')));
    const opened = [...now].filter((kind) => !known.has(kind));
    if (closed.length > 0) {
      await rows(manager, `UPDATE health_events SET closed_at = $3 WHERE camera_id = $1 AND kind = ANY ($2) AND closed_at IS NULL`, [camera.camera_id, closed, new Date(sample.at)]);
    }
    for (const kind of opened) {
      await rows(manager, `INSERT INTO health_events (event_id, camera_id, kind, opened_at, detail) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, [this.ids.next(), camera.camera_id, kind, new Date(sample.at), sample.reason_code]);
    }
    return { opened, closed };
  }
}

/** One hour, as averages. */
export interface HourRow {
  readonly from_at: Date;
  readonly samples: number;
  readonly up: number;
  readonly fps: number | null;
  readonly bitrate: number | null;
  readonly loss: number | null;
  readonly latency: number | null;
}

function stateEvent(state: CameraState): string[] {
  return state === 'live' || state === 'unknown' || state === 'connecting' || state === 'disabled' ? [] : [`camera_${state}`];
}

function toEvent(row: HealthEventRow): HealthEvent {
  return { id: row.event_id, camera_id: row.camera_id, kind: row.kind, opened_at: isoTime(row.opened_at.getTime()), closed_at: row.closed_at === null ? null : isoTime(row.closed_at.getTime()), detail: row.detail };
}
