import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** One file of the built web app. */
export interface WebFile {
  /** On disk. */
  readonly path: string;
  readonly mediaType: string;
  readonly etag: string;
  /** Its name holds a hash of its content: it never changes. */
  readonly immutable: boolean;
  /** Compressed forms beside it, by `Content-Encoding`. */
  readonly encodings: ReadonlyMap<'br' | 'gzip', string>;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
/** Vite writes what it names after its content into this folder. */
const HASHED = /^\/assets\/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * Every file of a folder by its path in the address bar (`/assets/x.js`). Looked at once, when the gateway starts: what
 * was not there then is not served, so no request can name its way to another file. Hidden files are left out.
 * @returns an empty map when there is no such folder
 */
export function readWebFiles(folder: string): ReadonlyMap<string, WebFile> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    return new Map();
  }
  const paths = filesBelow(folder);
  const all = new Set(paths);
  const compressed = new Set(paths.filter((path) => Object.values(ENCODINGS).some((end) => path.endsWith(end) && all.has(path.slice(0, -end.length)))));
  const entries = paths
    .filter((path) => !compressed.has(path))
    .map((path): [string, WebFile] => {
      const address = `/${relative(folder, path).split(sep).join('/')}`;
      const encodings = new Map((['br', 'gzip'] as const).filter((name) => all.has(path + ENCODINGS[name])).map((name) => [name, path + ENCODINGS[name]] as const));
      return [
        address,
        {
          path,
          mediaType: MEDIA_TYPES[extname(path)] ?? 'application/octet-stream',
          etag: `"${createHash('sha256').update(readFileSync(path)).digest('base64url').slice(0, 22)}"`,
          immutable: HASHED.test(address),
          encodings,
        },
      ];
    });
  return new Map(entries.filter(([address]) => !address.split('/').some((part) => part.startsWith('.'))));
}

/** The best form of a file a client accepts. */
export function chooseEncoding(file: WebFile, acceptEncoding: string | undefined): { readonly path: string; readonly encoding?: 'br' | 'gzip' } {
  for (const encoding of ['br', 'gzip'] as const) {
    const path = file.encodings.get(encoding);
    if (path !== undefined && accepts(acceptEncoding, encoding)) {
      return { path, encoding };
    }
  }
  return { path: file.path };
}

function accepts(header: string | undefined, encoding: string): boolean {
  return (header ?? '').split(',').some((part) => {
    const [name, ...parameters] = part.trim().split(';');
    return name?.trim() === encoding && !parameters.some((parameter) => /^\s*q=0(?:\.0*)?\s*$/.test(parameter));
  });
}
