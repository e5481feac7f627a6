/**
 * A `Content-Disposition` that makes browsers save under `name`: an ASCII form for old ones, and the exact name.
 * Source: RFC 6266 §4, RFC 8187 §3.2.
 */
export function contentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\/%]/g, '_');
  const exact = encodeURIComponent(name.replace(/\p{Surrogate}/gu, '_')).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}
