import { type Actor, type DeviceFilter, type DeviceIdentity, type DeviceOverrides, inventoryEvents, type LegacyCrypto } from '@capstan/contracts';
import { AppError, type AppErrorShape, type Clock, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type DeviceRecord, vendorOfPlatform } from './device-view';
import { Devices } from './devices.repository';
import { type IdentityVerdict, judgeIdentity, mergeIdentity } from './identity';
import { resolveJumps, type ResolvedJump } from './jump-chain';

/** A device as a collection needs it. */
export interface CollectableDevice {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Null while nobody knows; a fingerprint finds it out. */
  readonly platform: string | null;
  readonly vendor: string | null;
  readonly site: string | null;
  readonly role: string | null;
  readonly credentialId: string | null;
  /** The hosts on the way, the outermost first. */
  readonly jump: readonly ResolvedJump[];
  readonly legacyCrypto: LegacyCrypto;
  readonly overrides: DeviceOverrides;
  readonly enabled: boolean;
  /** As it was seen last. */
  readonly model: string | null;
  /** Whether another device was seen at the address, which nobody has acknowledged yet. */
  readonly identityAlarm: boolean;
  /** Why it cannot be reached at all, e.g. a jump host without a credential; null otherwise. */
  readonly problem: AppErrorShape | null;
}

/** What a device said it is. */
export interface ObservedIdentity {
  readonly serials: readonly string[];
  readonly baseMac: string | null;
  readonly model: string | null;
  readonly osVersion: string | null;
  readonly hostname: string | null;
}

/** The inventory as those see it who go to devices. */
@Injectable()
export class DeviceDirectory {
  constructor(
    private readonly dataSource: DataSource,
    private readonly devices: Devices,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The devices there are among these, in the order of the ids. */
  async find(ids: readonly string[]): Promise<CollectableDevice[]> {
    const found = new Map((await this.collectable(await this.devices.find(ids))).map((device) => [device.id, device]));
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** All devices that a filter selects, by name. */
  async select(filter: DeviceFilter): Promise<CollectableDevice[]> {
    return this.collectable(await this.devices.all(filter));
  }

  /**
   * Notes what answered at a device's address. Another device than the known one raises the alarm, once; it lasts until
   * somebody acknowledges it, or the known one is back.
   * @throws AppError `DEVICE_NOT_FOUND`
   */
  async observeIdentity(deviceId: string, observed: ObservedIdentity, at: Date): Promise<IdentityVerdict> {
    const seen: DeviceIdentity = {
      serials: [...new Set(observed.serials)].sort(),
      base_mac: observed.baseMac,
      model: observed.model,
      os_version: observed.osVersion,
      hostname: observed.hostname,
      observed_at: isoTime(at.getTime()),
    };
    const known = await this.devices.get(deviceId);
    const expected = judgeIdentity(known.identity, seen);
    // As it is nearly always: without an alarm, and nobody else says anything of the device at this moment.
    if (expected !== 'changed' && known.observed === null && (await this.noteIdentity(deviceId, known.identity, mergeIdentity(known.identity, seen)))) {
      return expected;
    }
    return transaction(this.dataSource, async (manager) => {
      const device = await this.locked(manager, deviceId);
      const verdict = judgeIdentity(device.identity, seen);
      if (verdict !== 'changed' || device.identity === null) {
        await rows(manager, `UPDATE device_states SET identity = $2, observed = NULL, observed_since = NULL WHERE device_id = $1`, [deviceId, JSON.stringify(mergeIdentity(device.identity, seen))]);
        return verdict;
      }
      const isNews = device.observed === null || judgeIdentity(device.observed, seen) === 'changed';
      await rows(manager, `UPDATE device_states SET observed = $2, observed_since = CASE WHEN $3::boolean THEN $4 ELSE observed_since END WHERE device_id = $1`, [deviceId, JSON.stringify(seen), isNews, at]);
      if (isNews) {
        const { name, address, site, identity } = device;
        await this.outbox.add(manager, inventoryEvents.identityChanged, { device_id: deviceId, name, address, site, known: identity, observed: seen, at: seen.observed_at }, { subject: deviceId });
      }
      return verdict;
    });
  }

  /**
   * Takes what answers now for the device.
   * @throws AppError `DEVICE_NOT_FOUND`, `NO_IDENTITY_ALARM`
   */
  async acknowledgeIdentity(deviceId: string, actor: Actor): Promise<DeviceRecord> {
    return transaction(this.dataSource, async (manager) => {
      const { name, observed } = await this.locked(manager, deviceId);
      if (observed === null) {
        throw new AppError('NO_IDENTITY_ALARM', 'What answers at the address is the device that is known');
      }
      await rows(manager, `UPDATE device_states SET identity = observed, observed = NULL, observed_since = NULL WHERE device_id = $1`, [deviceId]);
      await this.outbox.add(manager, inventoryEvents.identityAcknowledged, { device_id: deviceId, name, identity: observed, acknowledged_by: actor, at: isoTime(this.clock.now()) }, { subject: deviceId });
      return this.devices.get(deviceId, manager);
    });
  }

  /** Writes a platform that was found out, unless somebody has said one. @returns whether it was written */
  learnPlatform(deviceId: string, platform: string): Promise<boolean> {
    return this.devices.learnPlatform(deviceId, platform);
  }

  /** Notes that something was collected from a device. */
  async noteCollected(deviceId: string, at: Date, manager: EntityManager | DataSource = this.dataSource): Promise<void> {
    await rows(manager, `UPDATE device_states SET last_collected_at = greatest(last_collected_at, $2) WHERE device_id = $1`, [deviceId, at]);
  }

  /** @returns false when what was known is not what is known now */
  private async noteIdentity(deviceId: string, known: DeviceIdentity | null, identity: DeviceIdentity): Promise<boolean> {
    const noted = await rows(this.dataSource, `UPDATE device_states SET identity = $2 WHERE device_id = $1 AND identity IS NOT DISTINCT FROM $3::jsonb AND observed IS NULL RETURNING device_id`, [deviceId, JSON.stringify(identity), known === null ? null : JSON.stringify(known)]);
    return noted.length > 0;
  }

  private async locked(manager: EntityManager, deviceId: string): Promise<DeviceRecord> {
    await rows(manager, `SELECT 1 AS one FROM device_states WHERE device_id = $1 FOR UPDATE`, [deviceId]);
    return this.devices.get(deviceId, manager);
  }

  private async collectable(records: readonly DeviceRecord[]): Promise<CollectableDevice[]> {
    const firstHops = [...new Set(records.flatMap(({ jump_host_id: id }) => id ?? []))];
    const hosts = firstHops.length === 0 ? new Map() : await this.devices.jumpHosts(this.dataSource, firstHops);
    return records.map((record) => {
      const way = wayOf(() => resolveJumps(record.device_id, record.jump_host_id, (id) => hosts.get(id)));
      return {
        id: record.device_id,
        name: record.name,
        address: record.address,
        port: record.port,
        platform: record.platform,
        vendor: record.vendor ?? vendorOfPlatform(record.platform) ?? null,
        site: record.site,
        role: record.role,
        credentialId: record.credential_id,
        ...way,
        legacyCrypto: record.legacy_crypto,
        overrides: record.overrides,
        enabled: record.enabled,
        model: record.identity?.model ?? null,
        identityAlarm: record.observed !== null,
      };
    });
  }
}

function wayOf(resolve: () => readonly ResolvedJump[]): Pick<CollectableDevice, 'jump' | 'problem'> {
  try {
    return { jump: resolve(), problem: null };
  } catch (error) {
    return { jump: [], problem: AppError.from(error).toShape() };
  }
}
