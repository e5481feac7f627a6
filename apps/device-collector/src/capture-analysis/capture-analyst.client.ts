import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { type ArtifactView, SESSION_GONE, type SessionArtifact, sessionRpc, type SessionView, VOICE_REPORT_FORMAT, type VoiceReport } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import type { ObjectStore, StoredObject } from '@capstan/object-store';
import { CLOCK, OBJECT_STORE } from '@capstan/service-kit';
import { stableId } from '@capstan/tasks';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { COLLECTOR_CONFIG, type CollectorConfig } from '../config';
import type { AnalysisResult } from './capture-analyses.repository';
import { dissect } from './dissect.client';
import { mergeCaptures } from './merge/merge-captures.client';
import { capturesToMerge, describeSources, labelsOf, type MergeSource, planMerge } from './merge/merge-plan';
import { fetchCapture, type RawCapture, type UnusableCapture } from './merge/raw-capture.client';
import { ScratchFolder } from './merge/scratch-folder.repository';

/** Media types of what is stored; pcapng has none registered. */
export const PCAPNG_MEDIA_TYPE = 'application/x-pcapng';
const MERGED_NAME = 'merged.pcapng';
const REPORT_NAME = 'voice-report.json';
/** A record of pcapng is at most 16 bytes longer than one of pcap, padding included; the smallest packets are about 60 bytes. */
const MERGED_GROWTH = 1.35;
const NANOSECONDS = new Set([0xa1b23c4d, 0x4d3cb2a1]);

/** Makes of a session's captures one merged capture and a voice report. */
@Injectable()
export class CaptureAnalyst {
  private readonly logger = new Logger(CaptureAnalyst.name);

  constructor(
    private readonly rpc: RpcClient,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(COLLECTOR_CONFIG) private readonly config: CollectorConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Fetches and verifies the captures, merges them with corrected clocks, reads the result, and stores both.
   * @throws AppError `NO_CAPTURES_FOUND`, `ANALYSIS_TOO_LARGE`, `MERGED_CAPTURE_INVALID`, those of the tools and of the store
   */
  async analyse(sessionId: string, signal: AbortSignal): Promise<AnalysisResult> {
    const [{ session }, { artifacts }] = await Promise.all([this.rpc.call(sessionRpc.get, { session_id: sessionId }, { signal }), this.rpc.call(sessionRpc.artifacts, { session_id: sessionId }, { signal })]);
    const scratch = await ScratchFolder.make(this.config.CAPSTAN_ANALYSIS_DIR, this.config.CAPSTAN_ANALYSIS_SCRATCH_MB * 1_000_000, process.pid);
    try {
      const { usable, excluded } = await this.fetchAll(capturesToMerge(artifacts), scratch, signal);
      if (usable.length === 0) {
        throw new AppError('NO_CAPTURES_FOUND', excluded.length === 0 ? 'The session has no capture files' : `No capture file can be used: ${excluded.map(({ artifact, reason }) => `${artifact.name}: ${reason}`).join('; ')}`);
      }
      const sources = planMerge(session, usable);
      const interfaces = describeSources(sources);
      const merged = scratch.file(MERGED_NAME);
      await scratch.reserve(Math.ceil(usable.reduce((sum, { content }) => sum + content.bytes, 0) * MERGED_GROWTH));
      await mergeCaptures(sources.map(inputOf), labelsOf(session, interfaces), merged, scratch, signal);
      const tolerance = Math.max(0, ...interfaces.map(({ clock }) => clock.uncertainty_ms ?? 0));
      const { body, tool } = await dissect(merged, interfaces, tolerance, scratch.home, signal);
      const report: VoiceReport = {
        format: VOICE_REPORT_FORMAT,
        session_id: sessionId,
        created_at: isoTime(this.clock.now()),
        tool,
        summary: {
          packets: interfaces.reduce((sum, { packets }) => sum + packets, 0),
          clock_uncertainty_ms: interfaces.some(({ clock }) => clock.uncertainty_ms === null) ? null : tolerance,
          ...body.summary,
        },
        interfaces,
        excluded: excluded.map(({ artifact, reason }) => ({ artifact_id: artifact.artifact_id, name: artifact.name, reason })),
        calls: body.calls,
        streams: body.streams,
        left_out: body.left_out,
      };
      return await this.storeAll(session, merged, report, signal);
    } finally {
      await scratch.remove().catch((error: unknown) => this.logger.warn('A folder of an analysis could not be removed; it will be at the next start', error));
    }
  }

  /** Removes what an analysis stored whose row is gone. */
  async discardUnlessKept(sessionId: string): Promise<void> {
    try {
      await this.rpc.call(sessionRpc.get, { session_id: sessionId });
    } catch (error) {
      if (error instanceof AppError && SESSION_GONE.includes(error.code)) {
        await this.store.removePrefix(prefixOf(sessionId));
      }
    }
  }

  private async fetchAll(artifacts: readonly ArtifactView[], scratch: ScratchFolder, signal: AbortSignal): Promise<{ usable: RawCapture[]; excluded: UnusableCapture[] }> {
    const usable: RawCapture[] = [];
    const excluded: UnusableCapture[] = [];
    for (const [index, artifact] of artifacts.entries()) {
      const fetched = await fetchCapture(this.store, artifact, scratch, `raw-${index}.pcap`, signal);
      if ('reason' in fetched) {
        excluded.push(fetched);
      } else {
        usable.push(fetched);
      }
    }
    return { usable, excluded };
  }

  private async storeAll(session: SessionView, merged: string, report: VoiceReport, signal: AbortSignal): Promise<AnalysisResult> {
    const prefix = prefixOf(session.session_id);
    const pcapng = await this.store.put(`${prefix}${MERGED_NAME}`, createReadStream(merged, { highWaterMark: 1_024 ** 2 }), { mediaType: PCAPNG_MEDIA_TYPE, signal });
    const json = await this.store.put(`${prefix}${REPORT_NAME}`, Readable.from([Buffer.from(JSON.stringify(report))]), { mediaType: 'application/json', signal });
    const { summary } = report;
    const meta = { packets: summary.packets, interfaces: report.interfaces.length, clock_uncertainty_ms: summary.clock_uncertainty_ms };
    const voice = { format: report.format, calls: summary.calls, streams: summary.streams, worst_mos: summary.worst_mos };
    return {
      artifacts: [this.describe(session.session_id, 'merged-pcap', MERGED_NAME, pcapng, meta), this.describe(session.session_id, 'voice-report', REPORT_NAME, json, voice)],
      metrics: { merged_packets: summary.packets, merged_bytes: pcapng.size, calls: summary.calls, rtp_streams: summary.streams, ...(summary.worst_mos === null ? {} : { worst_mos: summary.worst_mos }) },
    };
  }

  private describe(sessionId: string, kind: SessionArtifact['kind'], name: string, stored: StoredObject, meta: Record<string, unknown>): SessionArtifact {
    return {
      // The bytes decide: an analysis done again is the same artifact when it is the same, and another one when it is not.
      artifact_id: stableId(`${sessionId}/${name}/${stored.sha256}`),
      session_id: sessionId,
      target_id: null,
      kind,
      name,
      key: stored.key,
      size: stored.size,
      sha256: stored.sha256,
      media_type: stored.mediaType,
      created_at: isoTime(this.clock.now()),
      meta,
    };
  }
}


function prefixOf(sessionId: string): string {
  return `sessions/${sessionId}/analysis/`;
}

function inputOf(source: MergeSource) {
  return {
    paths: source.files.map(({ path }) => path),
    nanoseconds: source.files.some(({ magic }) => NANOSECONDS.has(magic)),
    inOrder: source.files.every(({ inOrder }) => inOrder),
    correction: source.correction,
  };
}
