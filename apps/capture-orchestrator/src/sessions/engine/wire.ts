import type { errorShape, z } from '@capstan/contracts';

/** The wire form of an error, see `AppErrorShape` in the kernel. */
export type ErrorShape = z.output<typeof errorShape>;
