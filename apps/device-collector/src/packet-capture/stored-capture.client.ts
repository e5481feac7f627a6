import type { Readable } from 'node:stream';
import type { StoredObject } from '@capstan/object-store';
import type { TaskArtifacts } from '@capstan/tasks';
import { PcapReader, type PcapSummary } from './pcap-reader';
import { RETRIEVE_STALL_MS } from './step-limits';

/** A capture file that lies in the object store. */
export interface StoredCapture {
  readonly name: string;
  readonly stored: StoredObject;
  readonly content: PcapSummary;
}

/** Media type of classic pcap files, as registered with IANA. */
const PCAP_MEDIA_TYPE = 'application/vnd.tcpdump.pcap';

/**
 * Stores a capture file and reads its packets as they pass.
 * @throws what the body fails with; AppError `RETRIEVE_STALLED` (retryable) when no byte comes for 30 s
 */
export async function storeCapture(artifacts: TaskArtifacts, name: string, body: Readable, sizeHint: number | undefined, signal: AbortSignal): Promise<StoredCapture> {
  const reader = new PcapReader();
  const stored = await artifacts.put(name, body, { mediaType: PCAP_MEDIA_TYPE, sizeHint, signal, watch: (chunk) => reader.push(chunk), stallMs: RETRIEVE_STALL_MS });
  return { name, stored, content: reader.summary() };
}
