import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

interface BudgetOptions {
  /** Most bytes of gzipped JavaScript a first load of any of `pages` may cost. */
  readonly limitBytes: number;
  /** Source files of lazily loaded pages, relative to the root. */
  readonly pages: readonly string[];
}

interface Chunk {
  readonly code: string;
  readonly imports: readonly string[];
  readonly facadeModuleId: string | null;
  readonly isEntry: boolean;
}

/** Fails the build when a page that people wait for grows beyond its budget, or disappears from the build. */
export function bundleBudget({ limitBytes, pages }: BudgetOptions): Plugin {
  return {
    name: 'capstan:bundle-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = new Map<string, Chunk>();
      for (const [file, output] of Object.entries(bundle)) {
        if (output.type === 'chunk') {
          chunks.set(file, output);
        }
      }
      const entry = [...chunks].find(([, chunk]) => chunk.isEntry)?.[0];
      if (entry === undefined) {
        this.error('no entry chunk');
      }
      for (const page of pages) {
        const own = [...chunks].find(([, chunk]) => chunk.facadeModuleId?.endsWith(page))?.[0];
        if (own === undefined) {
          this.error(`${page} is not a chunk of its own any more: name it in the budget by its new place`);
        }
        const loaded = withImports(chunks, [entry, own]);
        const bytes = [...loaded].reduce((sum, file) => sum + gzipSync(chunks.get(file)?.code ?? '').length, 0);
        const line = `${page}: ${(bytes / 1024).toFixed(1)} KiB of ${(limitBytes / 1024).toFixed(0)} KiB gzipped JavaScript on a first load`;
        if (bytes > limitBytes) {
          this.error(line);
        }
        this.info(line);
      }
    },
  };
}

function withImports(chunks: ReadonlyMap<string, Chunk>, roots: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    const chunk = chunks.get(file);
    if (chunk !== undefined && !seen.has(file)) {
      seen.add(file);
      chunk.imports.forEach(visit);
    }
  };
  roots.forEach(visit);
  return seen;
}
