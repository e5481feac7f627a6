import type { TargetView } from '@capstan/contracts';

/** The five steps of a target that are worth a dot each. */
export const PHASES = [
  { id: 'configure', label: 'Connect and check', doing: 'Connecting and checking' },
  { id: 'ready', label: 'Armed', doing: 'Armed, waiting for the start' },
  { id: 'capture', label: 'Capture', doing: 'Capturing' },
  { id: 'collect', label: 'Collect', doing: 'Collecting the files' },
  { id: 'done', label: 'Stored and verified', doing: 'Stored and verified' },
] as const;

/** How one dot is drawn. */
export type DotState = 'todo' | 'current' | 'done' | 'failed' | 'cancelled';

/** What the dots of a card show, and the same as a sentence. */
export interface PhaseView {
  readonly dots: readonly DotState[];
  readonly text: string;
}

/** Dots of a target. A failed one shows at which step it ended, told from the moments it reached. */
export function phasesOf(target: Pick<TargetView, 'state' | 'ready_at' | 'configuring_at' | 'started_at' | 'stopped_at'>): PhaseView {
  const step = stepOf(target);
  const doing = PHASES[step]?.doing ?? '';
  switch (target.state) {
    case 'completed':
      return { dots: PHASES.map(() => 'done'), text: doing };
    case 'failed':
      return { dots: dotsUpTo(step, 'failed'), text: `Failed at: ${PHASES[step]?.label.toLowerCase()}` };
    case 'cancelled':
      return { dots: dotsUpTo(step, 'cancelled'), text: 'Cancelled, device cleaned' };
    case 'pending':
      return { dots: PHASES.map(() => 'todo'), text: 'Waiting for a worker' };
    case 'starting':
      return { dots: dotsUpTo(2, 'current'), text: 'Start sent, waiting for the device' };
    case 'stopping':
      return { dots: dotsUpTo(3, 'current'), text: 'Stopping' };
    case 'configuring':
    case 'ready':
    case 'capturing':
    case 'collecting':
      return { dots: dotsUpTo(step, 'current'), text: doing };
  }
}

function stepOf(target: Parameters<typeof phasesOf>[0]): number {
  switch (target.state) {
    case 'completed':
      return 4;
    case 'failed':
    case 'cancelled':
      return target.stopped_at !== null ? 3 : target.started_at !== null || target.ready_at !== null ? 2 : 0;
    case 'collecting':
    case 'stopping':
      return 3;
    case 'starting':
    case 'capturing':
      return 2;
    case 'ready':
      return 1;
    case 'configuring':
    case 'pending':
      return 0;
  }
}

function dotsUpTo(step: number, last: DotState): DotState[] {
  return PHASES.map((_phase, index) => (index < step ? 'done' : index === step ? last : 'todo'));
}
