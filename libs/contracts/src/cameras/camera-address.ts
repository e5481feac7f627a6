/** A URL of a camera, and the credentials that stood in it. */
export interface SplitUrl {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** Userinfo as RFC 3986 §3.2.1 allows it. */
const ENCODED = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*$/;
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/?#@[\]]+)(?::\d{1,5})?$/;

/**
 * Takes the credentials out of a URL, also out of one that people wrote without encoding: `rtsp://admin:p@ss:w/rd%25@host/path`.
 * The last `@` of the authority ends them; where what follows is no host, the last `@` of all. Escapes are decoded where
 * everything is escaped as it must be, because a tool wrote that; otherwise the text is taken as it is, because a person wrote it.
 */
export function splitUserinfo(text: string): SplitUrl {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)(.*)$/s.exec(text.trim());
  if (scheme === null) {
    return { url: text.trim() };
  }
  const [, prefix = '', rest = ''] = scheme;
  const pathStart = rest.search(/[/?#]/);
  const authority = pathStart === -1 ? rest : rest.slice(0, pathStart);
  const inAuthority = authority.lastIndexOf('@');
  let at = inAuthority;
  if (inAuthority !== -1 && !AUTHORITY.test(authority.slice(inAuthority + 1))) {
    at = lastUsableAt(rest);
  } else if (inAuthority === -1 && authority.includes(':') && !AUTHORITY.test(authority)) {
    at = lastUsableAt(rest);
  }
  if (at === -1) {
    return { url: text.trim() };
  }
  const userinfo = rest.slice(0, at);
  const decode = ENCODED.test(userinfo) ? unescape : (text: string): string => text;
  const colon = userinfo.indexOf(':');
  const username = decode(colon === -1 ? userinfo : userinfo.slice(0, colon));
  return { url: prefix + rest.slice(at + 1), username, ...(colon === -1 ? {} : { password: decode(userinfo.slice(colon + 1)) }) };
}

function lastUsableAt(rest: string): number {
  const at = rest.lastIndexOf('@');
  const after = rest.slice(at + 1);
  const end = after.search(/[/?#]/);
  return at !== -1 && AUTHORITY.test(end === -1 ? after : after.slice(0, end)) ? at : -1;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
