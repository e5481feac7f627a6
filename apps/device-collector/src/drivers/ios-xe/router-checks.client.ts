import { AppError, type Clock } from '@capstan/kernel';
import type { CaptureTarget } from '../../packet-capture/capture-driver';
import { clockOffset, type ClockOffset, type ClockReading } from '../../packet-capture/clock-offset';
import type { OwnSession } from './acl-filter';
import { isCapstanName } from './capture-name';
import type { RouterCli } from './router-cli.client';
import { type CapturePoint, clockReading, readCapturePoints, readFreeBytes, readInterfaceAddresses, readOwnAddress, readRefusal, readTime, readVersion, readZoneOffset, type RouterVersion } from './router-output';

const CLOCK_READINGS = 3;
const FILE_SYSTEMS = ['flash:', 'bootflash:'];

/** @throws AppError `UNSUPPORTED` for software that is not IOS-XE 16 or later */
export async function checkVersion(cli: RouterCli, host: string, signal: AbortSignal): Promise<RouterVersion | undefined> {
  const { text } = await cli.ask('preflight', 'show version | include Version', signal);
  const version = readVersion(text);
  if (version === undefined && /IOS Software|IOS-XE|IOS XE/i.test(text)) {
    throw new AppError('UNSUPPORTED', `${host} does not run IOS-XE 16 or later: ${text.split('\n')[0] ?? ''}`);
  }
  return version;
}

/** @returns a sentence when the interface is down @throws AppError `BAD_INTERFACE` */
export async function checkInterface(cli: RouterCli, target: CaptureTarget, signal: AbortSignal): Promise<string | undefined> {
  if (target.control_plane === true) {
    return undefined;
  }
  const { text } = await cli.ask('preflight', `show interfaces ${target.interface} | include line protocol`, signal);
  if (readRefusal(text) !== undefined || /^\s*%/m.test(text)) {
    throw new AppError('BAD_INTERFACE', `${target.host} has no interface ${target.interface}`);
  }
  return / is up, line protocol is up/i.test(text) ? undefined : `${target.interface} is not up: ${text.trim().split('\n')[0] ?? 'the router does not tell'}`;
}

/** The capture points there are; whose they are shows in their names. */
export async function listCapturePoints(cli: RouterCli, signal: AbortSignal): Promise<CapturePoint[]> {
  const { text } = await cli.ask('preflight', 'show monitor capture', signal);
  return readCapturePoints(text);
}

/** Sentences on other people's capture points, which are left alone. */
export function othersRemarks(points: readonly CapturePoint[], ownName: string): string[] {
  const others = points.filter(({ name }) => name !== ownName);
  const capstan = others.filter(({ name }) => isCapstanName(name)).length;
  const foreign = others.length - capstan;
  const active = others.filter((point) => point.active === true).length;
  return others.length === 0 ? [] : [`the router has ${others.length} other capture ${others.length === 1 ? 'point' : 'points'} (${active} active, ${capstan} of other Capstan tasks, ${foreign} of others), which are left alone`];
}

/** Our session as the router sees it; undefined when it does not tell. */
export async function ownSession(cli: RouterCli, port: number, signal: AbortSignal): Promise<OwnSession | undefined> {
  const { text } = await cli.ask('preflight', 'show users', signal);
  const address = readOwnAddress(text);
  return address === undefined ? undefined : { address, ports: [...new Set([22, port])] };
}

/** Addresses of the router's interfaces; none where it does not tell. */
export async function routerAddresses(cli: RouterCli, signal: AbortSignal): Promise<string[]> {
  return readInterfaceAddresses((await cli.ask('preflight', 'show ip interface brief', signal)).text);
}

/** The file system captures are exported to, and its free bytes; undefined where it does not tell. */
export async function findFileSystem(cli: RouterCli, signal: AbortSignal): Promise<{ readonly name: string; readonly freeBytes: number | undefined }> {
  for (const name of FILE_SYSTEMS) {
    const { text } = await cli.ask('preflight', `dir ${name} | include free`, signal);
    const freeBytes = readFreeBytes(text);
    if (freeBytes !== undefined) {
      return { name, freeBytes };
    }
  }
  return { name: 'flash:', freeBytes: undefined };
}

/** The router's clock against ours, and what is doubtful about it. */
export async function measureClock(cli: RouterCli, clock: Clock, signal: AbortSignal): Promise<{ readonly offset: ClockOffset | undefined; readonly remarks: readonly string[] }> {
  const readings: ClockReading[] = [];
  const remarks = new Set<string>();
  let zone: { readonly name: string; readonly offset: number | undefined } | undefined;
  for (let count = 0; count < CLOCK_READINGS; count += 1) {
    const sentAt = clock.now();
    const { text } = await cli.ask('preflight', 'show clock', signal);
    const receivedAt = clock.now();
    const time = readTime(text);
    if (time === undefined) {
      return { offset: undefined, remarks: ['the clock of the router cannot be read'] };
    }
    if (time.trust !== 'synchronised') {
      remarks.add(time.trust === 'lost' ? 'the clock of the router is no longer synchronised by NTP' : 'the clock of the router is not synchronised');
    }
    if (zone?.name !== time.zone) {
      const configuration = /^(?:UTC|GMT)$/i.test(time.zone) ? '' : (await cli.ask('preflight', 'show running-config | include ^clock', signal)).text;
      zone = { name: time.zone, offset: readZoneOffset(time.zone, configuration) };
    }
    if (zone.offset === undefined) {
      return { offset: undefined, remarks: [...remarks, `the time zone ${time.zone} of the router is not explained in its configuration`] };
    }
    readings.push(clockReading(time, zone.offset, sentAt, receivedAt));
  }
  return { offset: clockOffset(readings), remarks: [...remarks] };
}
