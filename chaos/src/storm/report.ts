import type { SessionState } from '@capstan/contracts';
import type { StrikeKind } from './plan';

/** One strike and what came of it. */
export interface StrikeOutcome {
  readonly number: number;
  /** Seconds after the beginning of the storm. */
  readonly atSec: number;
  readonly kind: StrikeKind;
  readonly what: string;
  /** Sessions at work in that moment, and how each ended. */
  readonly atWork: readonly { readonly name: string; readonly kind: string; readonly state: string; readonly ended: SessionState | null }[];
  /** Seconds from the end of the strike until those it hit were ready, and until every process was; null: not before the end. */
  readonly struckReadySec: number | null;
  readonly allReadySec: number | null;
}

/** What there was at the end. */
export interface StormFigures {
  readonly sessions: number;
  readonly targets: number;
  readonly artifacts: number;
  readonly artifactBytes: number;
  readonly packets: number;
  readonly captures: number;
  readonly changes: number;
  readonly snapshots: number;
  readonly notices: number;
  /** Messages that came a second time, under the key of the first. */
  readonly noticesTwice: number;
  readonly fleetLogins: number;
  readonly collectionClaims: number;
  readonly takenOver: number;
  /** Sessions whose files waited on their devices, and were collected when the storm was over. */
  readonly collectedLater: number;
  /** Calls that the client had to make again, by why. */
  readonly callsRepeated: Readonly<Record<string, number>>;
}

/** How the sessions of a kind ended. */
export interface KindOutcome {
  readonly kind: string;
  readonly ends: Readonly<Record<string, number>>;
  /** Codes of the targets that failed. */
  readonly errors: Readonly<Record<string, number>>;
}

/** A storm from its beginning to its judgement. */
export interface StormReport {
  readonly seed: number;
  readonly faults: number;
  readonly replicas: number;
  readonly startedAt: string;
  readonly stormSec: number;
  readonly drainedSec: number;
  /** Processes that ended without being told to, as those do that boot while the database is away; they are started again. */
  readonly endedThemselves: number;
  readonly figures: StormFigures;
  readonly kinds: readonly KindOutcome[];
  readonly strikes: readonly StrikeOutcome[];
  readonly defects: readonly string[];
}

const seconds = (value: number | null): string => (value === null ? 'not seen' : value.toFixed(1));
const counted = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(', ') || '-';

/** How often each name is there. */
export function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  names.forEach((name) => (counts[name] = (counts[name] ?? 0) + 1));
  return counts;
}

function table(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...lines.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/** The report as a page for people. */
export function storyOf(report: StormReport): string {
  const { figures } = report;
  const strikeKinds = [...new Set(report.strikes.map(({ kind }) => kind))];
  return [
    `${report.strikes.length} faults (seed ${report.seed}) struck ${report.replicas} replicas of every service within ${(report.stormSec / 60).toFixed(1)} min; ${report.drainedSec.toFixed(0)} s later all work was done. Begun ${report.startedAt}.`,
    '',
    report.defects.length === 0 ? '**Nothing was found that must not be.**' : `**${report.defects.length} defects:**\n\n${report.defects.map((defect) => `- ${defect}`).join('\n')}`,
    '',
    table(
      ['sessions', 'ended', 'targets that failed, by code'],
      report.kinds.map(({ kind, ends, errors }) => [kind, counted(ends), counted(errors)]),
    ),
    '',
    `${figures.sessions} sessions with ${figures.targets} targets; ${figures.artifacts} artifacts (${(figures.artifactBytes / 1e6).toFixed(1)} MB), every one as its sha256 says; ${figures.packets} packets; ${figures.captures} captures of command lines and ${figures.changes} changes in the catalogue; ${figures.snapshots} snapshots; ${figures.notices} notices, ${figures.noticesTwice} of them sent twice under one key; ${figures.takenOver} tasks taken over by another process; files of ${figures.collectedLater} sessions collected later; ${figures.fleetLogins} logins at the fleet for ${figures.collectionClaims} claims of its tasks; ${report.endedThemselves} processes ended at their start because an engine was away, and were started again; calls the client had to make again: ${counted(figures.callsRepeated)}.`,
    '',
    table(
      ['fault', 'times', 'those it hit ready again after: median', 'longest', 'sessions at work, on average'],
      strikeKinds.map((kind) => {
        const own = report.strikes.filter((strike) => strike.kind === kind);
        const times = own.flatMap(({ struckReadySec }) => (struckReadySec === null ? [] : [struckReadySec]));
        const atWork = own.reduce((sum, strike) => sum + strike.atWork.length, 0) / own.length;
        return [kind, own.length, `${seconds(median(times))} s`, `${seconds(times.length === 0 ? null : Math.max(...times))} s`, atWork.toFixed(1)];
      }),
    ),
    '',
    table(
      ['no.', 'after (s)', 'fault', 'sessions at work', 'how they ended', 'hit ones ready (s)', 'all ready (s)'],
      report.strikes.map(({ number, atSec, what, atWork, struckReadySec, allReadySec }) => [number, atSec.toFixed(0), what, atWork.length, counted(tally(atWork.map(({ ended }) => ended ?? 'not at all'))), seconds(struckReadySec), seconds(allReadySec)]),
    ),
    '',
  ].join('\n');
}
