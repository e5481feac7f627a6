import { z } from 'zod';
import { defineRpc } from '../envelope/definitions';
import { errorShape, isoTimestamp, uuid } from '../primitives';
import { artifactView } from '../sessions/session';

/** An artifact that the analysis makes of a whole session's captures. */
export const sessionArtifact = artifactView.extend({ target_id: z.null(), kind: z.enum(['merged-pcap', 'voice-report']) });
/** See {@link sessionArtifact}. */
export type SessionArtifact = z.output<typeof sessionArtifact>;

/** How far the analysis of a session's captures is. */
export const captureAnalysis = z.object({
  session_id: uuid,
  /** `none`: nothing was asked for, because nothing was captured or it is not known here. */
  state: z.enum(['none', 'waiting', 'running', 'done', 'failed']),
  requested_at: isoTimestamp.nullable(),
  finished_at: isoTimestamp.nullable(),
  error: errorShape.nullable(),
  artifacts: z.array(sessionArtifact),
});
/** See {@link captureAnalysis}. */
export type CaptureAnalysis = z.output<typeof captureAnalysis>;

const sessionOnly = z.object({ session_id: uuid });

/** What the gateway asks about the analysis of captures. */
export const captureAnalysisRpc = {
  get: defineRpc('device-collector', 'get-capture-analysis', 'How far the analysis of a session is, and what it stored', {
    request: sessionOnly,
    response: z.object({ analysis: captureAnalysis }),
  }),
  start: defineRpc('device-collector', 'start-capture-analysis', 'Analyse the captures of a session, or do it again; repeating it while it runs is harmless', {
    request: sessionOnly,
    response: z.object({ analysis: captureAnalysis }),
  }),
} as const;
