import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { open, type Entry, type ZipFile } from 'yauzl';

/** One member of a bundle as it really is. */
export interface BundleMember {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** What a manifest says of an artifact, as far as it is checked here. */
interface ManifestArtifact {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** What a bundle holds, and everything in which it differs from its own manifest. */
export interface BundleReport {
  readonly members: readonly BundleMember[];
  readonly manifest: { readonly artifacts: readonly ManifestArtifact[] } & Record<string, unknown>;
  readonly differences: readonly string[];
}

/** Names that describe the others and so cannot be in their own list. */
const DESCRIPTIONS = ['manifest.json', 'SHA256SUMS'];

function openZip(file: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(file, { lazyEntries: true, autoClose: false }, (error, zip) => (error ? reject(error) : resolve(zip)));
  });
}

function entryStream(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}

async function eachEntry(zip: ZipFile, visit: (entry: Entry) => Promise<void>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry: Entry) => {
      visit(entry).then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
}

/** Reads every member of a bundle and holds it against `manifest.json` and `SHA256SUMS`, believing neither. */
export async function inspectBundle(file: string): Promise<BundleReport> {
  const zip = await openZip(file);
  const members: BundleMember[] = [];
  const texts = new Map<string, string>();
  try {
    await eachEntry(zip, async (entry) => {
      const hash = createHash('sha256');
      const text: Buffer[] = [];
      let size = 0;
      for await (const chunk of (await entryStream(zip, entry)) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
        if (DESCRIPTIONS.includes(entry.fileName)) {
          text.push(chunk);
        }
      }
      members.push({ name: entry.fileName, size, sha256: hash.digest('hex') });
      texts.set(entry.fileName, Buffer.concat(text).toString('utf8'));
    });
  } finally {
    zip.close();
  }
  const manifest = JSON.parse(texts.get('manifest.json') ?? '{"artifacts":[]}') as BundleReport['manifest'];
  return { members, manifest, differences: differencesOf(members, manifest.artifacts, texts.get('SHA256SUMS')) };
}

/** Everything in which members, manifest and checksum list disagree; empty when the bundle is whole. */
export function differencesOf(members: readonly BundleMember[], artifacts: readonly ManifestArtifact[], sums: string | undefined): string[] {
  const differences: string[] = [];
  const byName = new Map(members.map((member) => [member.name, member]));
  const named = new Set(artifacts.map((artifact) => artifact.name));
  for (const name of DESCRIPTIONS.filter((description) => !byName.has(description))) {
    differences.push(`${name} is missing`);
  }
  for (const artifact of artifacts) {
    const member = byName.get(artifact.name);
    if (member === undefined) {
      differences.push(`${artifact.name} is in the manifest but not in the bundle`);
    } else if (member.size !== artifact.size || member.sha256 !== artifact.sha256) {
      differences.push(`${artifact.name} differs from the manifest`);
    }
  }
  for (const member of members) {
    if (!DESCRIPTIONS.includes(member.name) && !named.has(member.name)) {
      differences.push(`${member.name} is in the bundle but not in the manifest`);
    }
  }
  for (const line of (sums ?? '').split('\n').filter(Boolean)) {
    const [, sha256, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (name === undefined || byName.get(name)?.sha256 !== sha256) {
      differences.push(`SHA256SUMS: "${line}" does not hold`);
    }
  }
  return differences;
}

/** Writes one member of a bundle to a file. */
export async function extractMember(bundle: string, name: string, destination: string): Promise<void> {
  const zip = await openZip(bundle);
  try {
    await eachEntry(zip, async (entry) => {
      if (entry.fileName === name) {
        await pipeline(await entryStream(zip, entry), createWriteStream(destination, { mode: 0o600 }));
      }
    });
  } finally {
    zip.close();
  }
}
