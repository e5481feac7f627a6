import type { ArtifactView, MergedInterface, SessionView, TargetView } from '@capstan/contracts';
import { CAPTURE_DEVICE_TYPES, type CaptureDeviceType } from '@capstan/contracts';
import { type ClockCorrection, clockCorrection, type ClockMeasurement, offsetAt } from './clock-correction';
import type { HeadLabels } from './pcapng-head';
import type { RawCapture } from './raw-capture.client';

/** One interface of the merged file: a device's interface, with one file or, of a rotating capture, several one after the other. */
export interface MergeSource {
  readonly name: string;
  readonly target: TargetView;
  readonly interface: string;
  /** In order of time. */
  readonly files: readonly RawCapture[];
  readonly correction: ClockCorrection;
}

/**
 * The files to merge: captures, or, of a target whose filter had to be applied afterwards, the filtered copies, because
 * they are what was asked for.
 */
export function capturesToMerge(artifacts: readonly ArtifactView[]): ArtifactView[] {
  const filtered = new Set(artifacts.filter(({ kind }) => kind === 'filtered-pcap').map((artifact) => artifact.target_id));
  return artifacts.filter((artifact) => artifact.kind === (filtered.has(artifact.target_id) ? 'filtered-pcap' : 'pcap'));
}

/** Groups files into interfaces of the merged capture, in the order of the session's targets. */
export function planMerge(session: SessionView, captures: readonly RawCapture[]): MergeSource[] {
  const sources: MergeSource[] = [];
  for (const target of [...session.targets].sort((a, b) => a.ordinal - b.ordinal)) {
    const own = captures.filter(({ artifact }) => artifact.target_id === target.target_id);
    const byInterface = new Map<string, RawCapture[]>();
    for (const capture of own) {
      const name = interfaceOf(capture, target);
      byInterface.set(name, [...(byInterface.get(name) ?? []), capture]);
    }
    for (const [name, files] of byInterface) {
      const chains = followingOneAnother(files);
      chains.forEach((chain, index) => {
        const number = chains.length > 1 ? ` (${index + 1})` : '';
        sources.push({ name: `${deviceTypeOf(target)} ${target.title} ${name}${number}`, target, interface: name, files: chain, correction: correctionOf(chain) });
      });
    }
  }
  return unique(sources);
}

/** What is told of the sources, in the report. */
export function describeSources(sources: readonly MergeSource[]): MergedInterface[] {
  return sources.map((source, index): MergedInterface => {
    const { name, target, correction, files } = source;
    const { first, last } = spanOf(files);
    const corrected = (at: number | null): number | null => (at === null ? null : at - offsetAt(correction, at));
    return {
      index,
      name,
      target_id: target.target_id,
      host: target.title,
      device_type: deviceTypeOf(target),
      interface: source.interface,
      addresses: addressesOf(files),
      packets: files.reduce((sum, { content }) => sum + content.packets, 0),
      first_packet_at: corrected(first),
      last_packet_at: corrected(last),
      clock: {
        method: correction.method,
        offset_ms: round(first === null ? offsetAt(correction, 0) : offsetAt(correction, first)),
        offset_end_ms: round(last === null ? offsetAt(correction, 0) : offsetAt(correction, last)),
        uncertainty_ms: correction.method === 'none' ? null : correction.uncertaintyMs,
      },
      files: files.map(({ artifact, content, repaired }) => ({ artifact_id: artifact.artifact_id, name: artifact.name, sha256: artifact.sha256, packets: content.packets, repaired })),
    };
  });
}

/** Names and comments of the merged file, so that it explains itself wherever it ends up. */
export function labelsOf(session: SessionView, interfaces: readonly MergedInterface[]): HeadLabels {
  const specOf = (targetId: string): Record<string, unknown> => session.targets.find((target) => target.target_id === targetId)?.spec ?? {};
  return {
    comment: `Capstan session ${session.session_id} (${session.name}), started ${session.capture_started_at ?? session.created_at}. Times are corrected to the collector's clock; the raw files are in the bundle of the session.`,
    interfaces: interfaces.map((merged) => {
      const filter = specOf(merged.target_id)['filter'];
      const files = merged.files.map(({ name, sha256, repaired }) => `${name} sha256 ${sha256}${repaired ? ' (cut short; cut behind the last whole packet)' : ''}`);
      return {
        name: merged.name,
        description: `${merged.device_type} ${merged.host}, interface ${merged.interface}`,
        comment: [`Session ${session.session_id}`, `filter: ${filter === undefined || filter === null ? 'none' : JSON.stringify(filter)}`, clockText(merged.clock), `raw: ${files.join(', ')}`].join('; '),
      };
    }),
  };
}

function clockText(clock: MergedInterface['clock']): string {
  switch (clock.method) {
    case 'none':
      return 'clock: never measured, times are the device’s own';
    case 'constant':
      return `clock: ${offsetText(clock.offset_ms)}, corrected, ± ${clock.uncertainty_ms ?? '?'} ms`;
    case 'linear':
      return `clock: ${offsetText(clock.offset_ms)} at the first packet and ${offsetText(clock.offset_end_ms)} at the last, corrected, ± ${clock.uncertainty_ms ?? '?'} ms`;
  }
}

function offsetText(milliseconds: number): string {
  return `${Math.abs(milliseconds)} ms ${milliseconds < 0 ? 'behind' : 'ahead of'} ours`;
}

/** What drivers noted when they stored the file. */
function correctionOf(files: readonly RawCapture[]): ClockCorrection {
  const meta = files[0]?.artifact.meta ?? {};
  if (isSynthetic(files)) {
    return { method: 'none' };
  }
  const before = measurement(meta['clock_offset_ms'], meta['clock_uncertainty_ms'], meta['clock_measured_at']);
  const after = measurement(meta['clock_offset_after_ms'], meta['clock_uncertainty_after_ms'] ?? meta['clock_uncertainty_ms'], meta['clock_measured_after_at']);
  const { first, last } = spanOf(files);
  return clockCorrection(before, after, { first: first ?? 0, last: last ?? 0 });
}

/** Some devices give packets without their times; a driver that makes times up says so. */
function isSynthetic(files: readonly { readonly artifact: ArtifactView }[]): boolean {
  return files.some(({ artifact }) => artifact.meta['timestamps'] === 'synthetic');
}

function measurement(offset: unknown, uncertainty: unknown, at: unknown): ClockMeasurement | undefined {
  if (typeof offset !== 'number') {
    return undefined;
  }
  const instant = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return { offsetMs: offset, uncertaintyMs: typeof uncertainty === 'number' ? uncertainty : 0, at: Number.isNaN(instant) ? undefined : instant };
}

function spanOf(files: readonly RawCapture[]): { first: number | null; last: number | null } {
  const firsts = files.map(({ content }) => content.firstPacketAt).filter((at) => at !== null);
  const lasts = files.map(({ content }) => content.lastPacketAt).filter((at) => at !== null);
  return { first: firsts.length === 0 ? null : Math.min(...firsts), last: lasts.length === 0 ? null : Math.max(...lasts) };
}

/**
 * Files of one interface that can be read as one: same format and link type, each beginning where the one before ended.
 * Files that overlap in time are captures of different things, whatever they are called, and stay apart.
 */
function followingOneAnother(files: readonly RawCapture[]): RawCapture[][] {
  const chains: RawCapture[][] = [];
  const start = ({ content }: RawCapture): number => content.firstPacketAt ?? Number.POSITIVE_INFINITY;
  for (const file of [...files].sort((a, b) => start(a) - start(b) || (a.artifact.name < b.artifact.name ? -1 : 1))) {
    const chain = chains.find((candidate) => {
      const end = candidate.at(-1) as RawCapture;
      const follows = (end.content.lastPacketAt ?? Number.NEGATIVE_INFINITY) <= start(file);
      return end.magic === file.magic && end.content.linkType === file.content.linkType && follows;
    });
    if (chain === undefined) {
      chains.push([file]);
    } else {
      chain.push(file);
    }
  }
  return chains;
}

function interfaceOf({ artifact }: RawCapture, target: TargetView): string {
  const noted = artifact.meta['interface'] ?? target.spec['interface'];
  return typeof noted === 'string' && noted !== '' ? noted : 'any';
}

/** What the device said of itself. */
function addressesOf(files: readonly RawCapture[]): string[] {
  const told = files[0]?.artifact.meta['device_addresses'];
  return Array.isArray(told) ? told.filter((address) => typeof address === 'string') : [];
}

function deviceTypeOf(target: TargetView): CaptureDeviceType {
  return CAPTURE_DEVICE_TYPES.find((type) => type === target.spec['device_type']) ?? 'linux';
}

/** The same device twice in a session has the same name twice: a number tells them apart. */
function unique(sources: readonly MergeSource[]): MergeSource[] {
  const seen = new Map<string, number>();
  return sources.map((source) => {
    const times = (seen.get(source.name) ?? 0) + 1;
    seen.set(source.name, times);
    return times === 1 ? source : { ...source, name: `${source.name} #${times}` };
  });
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}
