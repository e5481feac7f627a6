import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { AppError } from '@capstan/kernel';
import type { ClockCorrection } from './clock-correction';
import { DriftRewriter } from './drift-rewriter';
import { headLength, type HeadLabels, labelledHead, placeholder } from './pcapng-head';
import type { ScratchFolder } from './scratch-folder.repository';
import { outcomeOf, runTool, startTool, type ToolOptions } from './wireshark-tool.client';

/** A file to be merged, and what its clock needs. */
export interface MergeInput {
  /** Classic pcap files of one interface, one after the other. */
  readonly paths: readonly string[];
  /** Whether their times are in nanoseconds. */
  readonly nanoseconds: boolean;
  readonly inOrder: boolean;
  readonly correction: ClockCorrection;
}

const CHUNK_BYTES = 1_024 ** 2;
const HEAD_READ_BYTES = 64 * 1_024;

const execute = promisify(execFile);

/**
 * Merges captures into one pcapng, an interface each, in order of their corrected times.
 *
 * Corrected files are never written to disk: `editcap` shifts each one into a pipe that `mergecap` reads, all at the same
 * time on all cores. Names and comments are written over a place that was kept for them at the beginning of the file.
 * @throws AppError `ANALYSIS_TOOL_MISSING`, `ANALYSIS_TOOL_FAILED`, `MERGE_FAILED`; the signal's reason
 */
export async function mergeCaptures(inputs: readonly MergeInput[], labels: HeadLabels, output: string, scratch: ScratchFolder, signal: AbortSignal): Promise<void> {
  const failing = new AbortController();
  const tool: ToolOptions = { home: scratch.home, signal: AbortSignal.any([signal, failing.signal]) };
  const room = scratch.file('labels.pcapng');
  await writeFile(room, placeholder(labels));

  const feeds: Promise<unknown>[] = [];
  const ways: string[] = [];
  for (const [index, input] of inputs.entries()) {
    const ordered = await sorted(input, index, scratch, tool);
    const [only] = ordered.paths;
    if (only !== undefined && ordered.paths.length === 1 && ordered.correction.method === 'none') {
      ways.push(only);
      continue;
    }
    const pipe = scratch.file(`feed-${index}`);
    await execute('mkfifo', ['-m', '600', pipe]);
    ways.push(pipe);
    feeds.push(feed(ordered, pipe, scratch, tool));
  }
  const merging = runTool('mergecap', ['-I', 'none', '-w', output, ...ways, room], tool);
  // Whoever fails first takes the others along: they would wait at their ends of the pipes for ever.
  let reason: unknown;
  await Promise.all(
    [merging, ...feeds].map((part) =>
      part.catch((error: unknown) => {
        reason ??= error;
        failing.abort(error);
      }),
    ),
  );
  signal.throwIfAborted();
  if (reason !== undefined) {
    throw reason as Error;
  }
  await writeLabels(output, labels);
}

/** The files of one interface as one stream of packets with corrected times, into a pipe. */
async function feed(input: MergeInput, pipe: string, scratch: ScratchFolder, tool: ToolOptions): Promise<void> {
  const { correction, paths, nanoseconds } = input;
  const format = nanoseconds ? 'nsecpcap' : 'pcap';
  if (correction.method === 'linear') {
    await feedDrifting(paths, correction, pipe, tool);
    return;
  }
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) {
    await runTool('editcap', ['-F', format, '-t', seconds(correction), only, pipe], tool);
    return;
  }
  if (correction.method === 'none') {
    await runTool('mergecap', ['-a', '-F', format, '-w', pipe, ...paths], tool);
    return;
  }
  const joined = scratch.file(`${pipe.slice(pipe.lastIndexOf('/') + 1)}-joined`);
  await execute('mkfifo', ['-m', '600', joined]);
  await Promise.all([runTool('mergecap', ['-a', '-F', format, '-w', joined, ...paths], tool), runTool('editcap', ['-F', format, '-t', seconds(correction), joined, pipe], tool)]);
}

/** `editcap` can only shift all packets alike; a clock that ran away is followed packet by packet. */
async function feedDrifting(paths: readonly string[], correction: ClockCorrection, pipe: string, tool: ToolOptions): Promise<void> {
  // Opening a pipe waits for its reader, and would hold one of Node's few threads for files meanwhile: the shell waits instead.
  const writer = startTool('sh', ['-c', 'exec cat > "$1"', 'sh', pipe], tool, 'pipe');
  const ended = outcomeOf('cat', writer, tool);
  const input = writer.stdin;
  if (input === null) {
    throw new AppError('MERGE_FAILED', 'A capture could not be passed on');
  }
  async function* rewritten(): AsyncGenerator<Buffer> {
    for (const [index, path] of paths.entries()) {
      const rewriter = new DriftRewriter(correction);
      let skip = index === 0 ? 0 : 24;
      for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
        const ready = rewriter.push(chunk as Buffer);
        yield ready.subarray(skip);
        skip = ready.length === 0 ? skip : 0;
      }
    }
  }
  const [piped, finished] = await Promise.allSettled([pipeline(rewritten, input, { signal: tool.signal }), ended]);
  if (finished.status === 'rejected') {
    throw finished.reason as Error;
  }
  if (piped.status === 'rejected') {
    throw piped.reason as Error;
  }
}

/** Some devices write packets of several cores out of order; a merge takes each file to be in order. */
async function sorted(input: MergeInput, index: number, scratch: ScratchFolder, tool: ToolOptions): Promise<MergeInput> {
  if (input.inOrder) {
    return input;
  }
  const paths: string[] = [];
  for (const [number, path] of input.paths.entries()) {
    const ordered = scratch.file(`sorted-${index}-${number}.pcapng`);
    const classic = scratch.file(`sorted-${index}-${number}.pcap`);
    await runTool('reordercap', [path, ordered], tool);
    await runTool('editcap', ['-F', input.nanoseconds ? 'nsecpcap' : 'pcap', ordered, classic], tool);
    paths.push(classic);
  }
  return { ...input, paths, inOrder: true };
}

async function writeLabels(path: string, labels: HeadLabels): Promise<void> {
  const file = await open(path, 'r+');
  try {
    let start = Buffer.alloc(0);
    let length: number | undefined;
    while (length === undefined) {
      const next = Buffer.alloc(HEAD_READ_BYTES);
      const { bytesRead } = await file.read(next, 0, next.length, start.length);
      start = Buffer.concat([start, next.subarray(0, bytesRead)]);
      length = headLength(start);
      if (length === undefined && bytesRead === 0) {
        throw new AppError('MERGE_FAILED', 'The merged file has no complete head');
      }
    }
    await file.write(labelledHead(start.subarray(0, length), labels), 0, length, 0);
  } finally {
    await file.close();
  }
}

/** What `editcap -t` takes: seconds to add. */
function seconds(correction: ClockCorrection): string {
  return correction.method === 'constant' ? (-correction.offsetMs / 1_000).toFixed(9) : '0';
}
