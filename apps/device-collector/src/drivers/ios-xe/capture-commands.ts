import type { CaptureTarget } from '../../packet-capture/capture-driver';
import type { FilterMethod } from './acl-filter';
import type { IosXePlan } from './ios-xe-plan';

/** Seconds that a router captures on behind the wanted end, before it ends by itself. */
export const GRACE_SEC = 10;
const DEFAULT_BUFFER_MB = 50;
const LARGEST_BUFFER_MB = 100;
/** Packets are kept whole; the largest that the command takes. */
const PACKET_LENGTH = 9_500;
/** Routers start with 1000 a second, which thins RTP in silence. */
const PACKETS_PER_SECOND = 1_000_000;

/** The buffer of a capture. */
export interface BufferWish {
  readonly megabytes: number;
  readonly circular: boolean;
}

/** A ring of files is one circular buffer on a router, as large as the files or as the largest there is. */
export function bufferWish(target: CaptureTarget): BufferWish {
  const rotating = target.mode === 'rotating';
  const megabytes = target.buffer_mb ?? (rotating ? Math.min(target.size_per_file_mb * target.max_files, LARGEST_BUFFER_MB) : DEFAULT_BUFFER_MB);
  return { megabytes, circular: target.buffer === undefined ? rotating : target.buffer === 'circular' };
}

/** Sentences on what a router makes of the wish. */
export function bufferRemarks(target: CaptureTarget): string[] {
  const wanted = target.size_per_file_mb * target.max_files;
  const { megabytes } = bufferWish(target);
  return target.mode === 'rotating' && megabytes < wanted ? [`the router keeps the newest ${megabytes} MB in one file, not ${wanted} MB in ${target.max_files}`] : [];
}

/** Commands in exec mode that make the capture point; each on a line of its own, because releases differ in what may be combined. */
export function captureCommands(plan: IosXePlan, target: Pick<CaptureTarget, 'interface' | 'direction' | 'control_plane'>, filter: FilterMethod): string[] {
  const point = `monitor capture ${plan.name}`;
  const direction = target.direction ?? 'both';
  return [
    `${point} ${target.control_plane === true ? `control-plane ${direction}` : `interface ${target.interface} ${direction}`}`,
    `${point} buffer ${plan.circular ? 'circular ' : ''}size ${plan.buffer_mb}`,
    // The dead man's switch: a router that nobody asks any more ends by itself.
    `${point} limit duration ${plan.limit_sec}`,
    `${point} limit packet-len ${PACKET_LENGTH}`,
    `${point} limit pps ${PACKETS_PER_SECOND}`,
    ...(plan.packet_limit === null ? [] : [`${point} limit packets ${plan.packet_limit}`]),
    filterCommand(plan, filter),
  ];
}

/** Commands in configuration mode that make the access list. */
export function accessListCommands(name: string, lines: readonly string[]): string[] {
  return [`ip access-list extended ${name}`, ...lines];
}

function filterCommand(plan: IosXePlan, filter: FilterMethod): string {
  const point = `monitor capture ${plan.name}`;
  switch (filter.method) {
    case 'any':
      return `${point} match any`;
    case 'inline':
      return `${point} ${filter.match}`;
    case 'acl':
      return `${point} access-list ${plan.acl ?? ''}`;
  }
}
