import { readFile } from 'node:fs/promises';
import { systemClock } from '@capstan/kernel';
import { z } from 'zod';
import { mergeCaptures } from './merge-captures.client';
import { ScratchFolder } from './scratch-folder.repository';

const order = z.object({
  output: z.string(),
  scratch: z.string(),
  inputs: z.array(
    z.object({
      path: z.string(),
      name: z.string(),
      /** Device minus ours, in milliseconds, at the first and at the last packet. */
      offset_ms: z.number(),
      offset_end_ms: z.number().optional(),
      first_packet_ms: z.number(),
      last_packet_ms: z.number(),
    }),
  ),
});

const PLENTY = 10 ** 12;

/**
 * Merges capture files by hand, as the service does: `node merge-command.js <order.json>`. Prints the milliseconds it took.
 * The benchmark `merge` runs the service's own code by it.
 */
async function main(): Promise<void> {
  const { output, scratch: parent, inputs } = order.parse(JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')));
  const scratch = await ScratchFolder.make(parent, PLENTY, process.pid);
  try {
    const began = systemClock.monotonic();
    await mergeCaptures(
      inputs.map(({ path, offset_ms: offsetMs, offset_end_ms: end, first_packet_ms: first, last_packet_ms: last }) => ({
        paths: [path],
        nanoseconds: false,
        inOrder: true,
        correction:
          end === undefined
            ? { method: 'constant' as const, offsetMs, uncertaintyMs: 0 }
            : { method: 'linear' as const, offsetMs, from: first, slope: (end - offsetMs) / (last - first), uncertaintyMs: 0 },
      })),
      { comment: 'Merged by hand', interfaces: inputs.map(({ name, offset_ms: offset }) => ({ name, description: name, comment: `clock: ${offset} ms ahead of ours, corrected` })) },
      output,
      scratch,
      new AbortController().signal,
    );
    process.stdout.write(`${(systemClock.monotonic() - began).toFixed(1)}\n`);
  } finally {
    await scratch.remove();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
