import { type ArpEvent, catalogueEvents } from '@capstan/contracts';
import { type IdSource, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows } from '@capstan/persistence';
import { IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { IntervalType } from '../captures/capture-verdict';
import type { NewCapture } from '../capture-catalogue';
import type { CaptureHeadRow } from '../database/capture.entity';
import { type ArpFinding, arpFindings, openedMacs } from './arp-findings';
import { type IntervalInput, intervalInputs } from './interval-rows';
import { Intervals, type SightingResult } from './intervals.repository';

/** Facts are stated about these; the others are only kept. */
const STATED: readonly string[] = ['ip-conflict', 'gateway-moved'];

/** Tables of devices as they were seen, and what they tell beside their rows. */
@Injectable()
export class Sightings {
  constructor(
    private readonly intervals: Intervals,
    private readonly outbox: Outbox,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** @returns whether something of the device is missing and not yet gone */
  async record(manager: EntityManager, capture: NewCapture, type: IntervalType, head: CaptureHeadRow | undefined, closes: boolean): Promise<boolean> {
    const inputs = intervalInputs(type, capture.parse?.rows ?? []);
    const result = await this.intervals.apply(manager, { deviceId: capture.device.id, type, inputs, at: capture.capturedAt, previousAt: head?.closed_at ?? null, closes });
    if (type === 'arp' && result.opened.size > 0 && head !== undefined) {
      await this.tell(manager, capture, await this.findings(manager, capture, inputs, result));
    }
    return closes ? result.missing : (head?.missing ?? false);
  }

  /** Forgets where a device was seen, and what it saw. */
  forgetDevice(manager: EntityManager, deviceId: string): Promise<void> {
    return this.intervals.forgetDevice(manager, deviceId);
  }

  private async findings(manager: EntityManager, capture: NewCapture, inputs: readonly IntervalInput[], result: SightingResult): Promise<ArpFinding[]> {
    const known = await rows<{ mac: string }>(
      manager,
      `SELECT DISTINCT mac FROM arp_bindings WHERE mac = ANY ($1::text[]) AND NOT (device_id = $2 AND first_seen = $3)`,
      [openedMacs(inputs, result), capture.device.id, capture.capturedAt],
    );
    const gateways =
      result.displaced.length === 0
        ? []
        : await rows<{ ip: string }>(
            manager,
            `SELECT DISTINCT hop ->> 'ip' AS ip FROM device_routes, jsonb_array_elements(next_hops) hop
              WHERE ended_at IS NULL AND prefix IN ('0.0.0.0/0', '::/0') AND hop ->> 'ip' = ANY ($1::text[])`,
            [inputs.map(({ columns }) => columns['ip'])],
          );
    return arpFindings(inputs, result, { knownMacs: new Set(known.map(({ mac }) => mac)), gateways: new Set(gateways.map(({ ip }) => ip)), first: false });
  }

  private async tell(manager: EntityManager, capture: NewCapture, findings: readonly ArpFinding[]): Promise<void> {
    if (findings.length === 0) {
      return;
    }
    const { id, name, site } = capture.device;
    const events = findings.map((finding) => ({ ...finding, event_id: this.ids.next() }));
    await rows(
      manager,
      `INSERT INTO arp_events (event_id, kind, at, device_id, context, ip, mac, other_mac, count)
       SELECT event_id, kind, $3, $2, context, ip, mac, other_mac, count
         FROM jsonb_to_recordset($1::jsonb) AS e (event_id uuid, kind text, context text, ip inet, mac text, other_mac text, count int)`,
      [JSON.stringify(events), id, capture.capturedAt],
    );
    for (const finding of events.filter(({ kind }) => STATED.includes(kind))) {
      const event: ArpEvent = { ...finding, at: isoTime(capture.capturedAt.getTime()), device_id: id, device_name: name, site };
      await this.outbox.add(manager, catalogueEvents.arpConflict, { event }, { subject: id, correlationId: capture.sessionId });
    }
  }
}
