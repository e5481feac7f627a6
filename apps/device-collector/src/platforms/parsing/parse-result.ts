import type { ParseStatus } from '@capstan/contracts';
import type { CommandErrorClass } from '../session/command-error';
import { LineLedger, type SourceLine } from './line-ledger';

/** A number the device gave for its own rows, and how many rows came of it. */
export interface RowChecksum {
  readonly said: number;
  readonly counted: number;
}

/** How an output was understood. */
export interface ParseResult<Row> {
  readonly status: ParseStatus;
  readonly rows: readonly Row[];
  /** Lines that no rule knows, in their order. */
  readonly unparsed: readonly SourceLine[];
  /** Only where the device counts. With several tables the sums. */
  readonly checksum?: RowChecksum;
  /** Why the status is what it is, where rows do not tell. */
  readonly error?: { readonly class: CommandErrorClass; readonly text: string };
}

/** What a parser makes of one output. */
export interface Parsed<Row> {
  readonly rows: Row[];
  readonly unparsed: readonly SourceLine[];
  readonly checksum?: RowChecksum;
}

/** What a parser is told beside the text. */
export interface ParseContext {
  /** VRF the command asked for; tables that name their VRF win over it. Default `default`. */
  readonly context?: string;
  /** The command, as it was sent. */
  readonly command?: string;
}

/** Turns one output into rows. Never throws, whatever it is given. */
export type OutputParser<Row> = (text: string, context: ParseContext) => Parsed<Row>;

/** A parser that goes over the lines one by one. `each` returns true when it has understood the line. */
export function parseEachLine<Row>(text: string, each: (line: SourceLine, ledger: LineLedger, rows: Row[]) => boolean, end?: (ledger: LineLedger, rows: Row[]) => RowChecksum | void): Parsed<Row> {
  const ledger = new LineLedger(text);
  const rows: Row[] = [];
  for (const line of ledger.open()) {
    if (each(line, ledger, rows)) {
      ledger.take(line);
    }
  }
  const checksum = end?.(ledger, rows) ?? undefined;
  return { rows, unparsed: ledger.unparsed, ...(checksum === undefined ? {} : { checksum }) };
}

/** A parser of a document: everything is understood, or nothing is. */
export function wholeText<Row>(text: string, rows: Row[] | undefined): Parsed<Row> {
  return rows === undefined ? { rows: [], unparsed: new LineLedger(text).unparsed } : { rows, unparsed: [] };
}

/** Several outputs of one capture as one. */
export function joinParsed<Row>(parts: readonly Parsed<Row>[]): Parsed<Row> {
  const checksums = parts.flatMap(({ checksum }) => checksum ?? []);
  return {
    rows: parts.flatMap(({ rows }) => rows),
    unparsed: parts.flatMap(({ unparsed }) => unparsed),
    ...(checksums.length === 0 ? {} : { checksum: { said: sum(checksums.map(({ said }) => said)), counted: sum(checksums.map(({ counted }) => counted)) } }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
