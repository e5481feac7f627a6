import type * as Jose from 'jose' with { 'resolution-mode': 'import' };

/**
 * jose is published as ES modules only. Node loads those by `require` from 20.19 on, but TypeScript's `Node16` does not
 * know it, so the one place that says it anyway is here.
 */
// eslint-disable-next-line @typescript-eslint/no-require-imports
export const jose = require('jose') as typeof Jose;

export type { Jose };
