import type { ArtifactView } from '@capstan/contracts';

/** Names of the bundle's own files. */
export const MANIFEST_NAME = 'manifest.json';
/** In the form `sha256sum -c` reads. */
export const SUMS_NAME = 'SHA256SUMS';

const MAX_NAME_LENGTH = 120;
/** Device names of Windows: a file of such a name cannot be unpacked there, whatever its extension. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A name that is a file name on every system, and nothing but a name. */
function safeName(name: string): string {
  const safe = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._ ()+@=,-]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, MAX_NAME_LENGTH);
  return safe === '' || RESERVED.test(safe) ? `_${safe}` : safe;
}

function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}-${number}${name.slice(dot)}` : `${name}-${number}`;
}

/**
 * The file name of each artifact in the bundle, in the order given. Unique without regard to case: two of them must not
 * become one file on a disk that does not tell `A` from `a`.
 */
export function bundleNames(artifacts: readonly Pick<ArtifactView, 'name'>[]): string[] {
  const taken = new Set([MANIFEST_NAME.toLowerCase(), SUMS_NAME.toLowerCase()]);
  return artifacts.map((artifact) => {
    const wanted = safeName(artifact.name);
    let name = wanted;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) {
      name = numbered(wanted, number);
    }
    taken.add(name.toLowerCase());
    return name;
  });
}
