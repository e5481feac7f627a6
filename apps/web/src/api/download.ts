import type { ApiClient } from './client';

/** Starts the browser's own download of a session's bundle or of one artifact, by a short-lived signed link. */
export async function download(api: ApiClient, what: 'session' | 'artifact', id: string): Promise<void> {
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

function linkTo(api: ApiClient, what: 'session' | 'artifact', id: string): Promise<{ url: string }> {
  return what === 'session' ? api.call('sessionDownloadUrl', { params: { id } }) : api.call('artifactDownloadUrl', { params: { id } });
}
