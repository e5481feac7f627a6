import { splitUserinfo } from '@capstan/contracts';
import type { FieldError } from '@capstan/kernel';

/** A checked URL without credentials, or what is wrong with it. */
export type CheckedUrl = { readonly url: string; readonly username?: string; readonly password?: string } | { readonly error: FieldError };

/**
 * Checks the URL of a camera: scheme, host, port, no control characters, an address that may be used.
 * @param path field name for the error
 * @param schemes e.g. `rtsp:`
 */
export function checkCameraUrl(path: string, text: string, schemes: readonly string[], mayBeAllowed: (host: string) => boolean): CheckedUrl {
  const { url, username, password } = splitUserinfo(text);
  const refuse = (code: string, message: string): CheckedUrl => ({ error: { path, code, message } });
  if (/[\p{Cc}\s]/u.test(url)) {
    return refuse('INVALID_URL', 'must not contain blanks or control characters outside the password');
  }
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return refuse('INVALID_URL', 'is not a URL');
  }
  if (!schemes.includes(parsed.protocol)) {
    return refuse('URL_SCHEME', `must start with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
  }
  if (parsed.hostname === '') {
    return refuse('INVALID_URL', 'names no host');
  }
  if (!mayBeAllowed(parsed.hostname.replace(/^\[|\]$/g, ''))) {
    return refuse('ADDRESS_REFUSED', 'lies outside the networks in which cameras may be (CAPSTAN_CAMERA_NETWORKS)');
  }
  return { url, ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

/** Two spellings of one URL have one key: scheme and host in lower case, the default port left out. */
export function urlKey(url: string): string {
  const parsed = new URL(url);
  const standard = { 'rtsp:': '554', 'rtsps:': '322', 'http:': '80', 'https:': '443' }[parsed.protocol];
  const port = parsed.port === standard ? '' : parsed.port;
  return `${parsed.protocol}//${parsed.hostname.toLowerCase()}${port === '' ? '' : `:${port}`}${parsed.pathname.replace(/\/$/, '')}${parsed.search}`;
}
