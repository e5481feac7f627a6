import type { ApiClient } from './client';
import type { EndpointName } from './endpoints';

/** What can be downloaded: a session's bundle, one artifact, a session's merged capture, a camera's snapshot. */
export type Downloadable = 'session' | 'artifact' | 'merged' | 'snapshot';

/** Starts the browser's own download, by a short-lived signed link. */
export async function download(api: ApiClient, what: Downloadable, id: string): Promise<void> {
  const { url } = await linkTo(api, what, id);
  const anchor = document.createElement('a');
  anchor.href = url;
  // With `download` a refused link does not replace the page by an error.
  anchor.download = '';
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}

/** Text of a small artifact. */
export async function readText(api: ApiClient, artifactId: string): Promise<string> {
  const { url } = await linkTo(api, 'artifact', artifactId);
  const response = await window.fetch(url, { credentials: 'same-origin' });
  if (!response.ok) {
    throw new Error(`The file could not be read (${response.status})`);
  }
  return response.text();
}

const LINKS = { session: 'sessionDownloadUrl', artifact: 'artifactDownloadUrl', merged: 'mergedCaptureUrl', snapshot: 'snapshotDownloadUrl' } as const satisfies Record<Downloadable, EndpointName>;

/** A short-lived signed link, relative to this server. */
export function linkTo(api: ApiClient, what: Downloadable, id: string): Promise<{ url: string }> {
  return api.call(LINKS[what], { params: { id } });
}
