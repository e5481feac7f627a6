import type { ArtifactView, SessionSummary } from '@capstan/contracts';
import { isTerminal } from '../design/status';

/** How far the work is that follows a capture. */
export type AnalysisPhase =
  /** Nothing to analyse, or not yet. */
  | { readonly phase: 'none' }
  /** The server has to be asked: it may be at work, or have failed. */
  | { readonly phase: 'unknown' }
  | { readonly phase: 'ready'; readonly merged: ArtifactView | undefined; readonly report: ArtifactView };

/** What is known of the analysis of a session's captures without asking. */
export function analysisPhase(header: Pick<SessionSummary, 'state' | 'kinds'>, artifacts: readonly ArtifactView[]): AnalysisPhase {
  const report = artifacts.find(({ kind }) => kind === 'voice-report');
  if (report !== undefined) {
    return { phase: 'ready', report, merged: artifacts.find(({ kind }) => kind === 'merged-pcap') };
  }
  const captured = header.kinds.includes('packet-capture') && artifacts.some(({ kind }) => kind === 'pcap');
  return isTerminal(header.state) && header.state !== 'cancelled' && captured ? { phase: 'unknown' } : { phase: 'none' };
}
