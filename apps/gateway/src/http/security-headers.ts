import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Security headers of every answer. The content policy here is that of data: nothing may be loaded, run or framed.
 * The pages (web app, API documentation) replace it with their own, see {@link pagePolicy}.
 *
 * Strict-Transport-Security is left to the proxy that ends TLS: on a plain address browsers ignore it.
 */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], sandbox: [] } },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
}

/** What one page needs beyond its own origin. */
export interface PagePolicy {
  /** Sources of scripts beside `'self'`: hashes of inline scripts. */
  readonly scripts?: readonly string[];
  /** Sources of style elements beside `'self'`: a nonce. */
  readonly styles?: readonly string[];
}

/**
 * The content policy of a page. Scripts come from the origin only. Style attributes are allowed inline: component
 * libraries set sizes and positions by them, and an attribute can neither load nor run anything; style elements need
 * the nonce.
 */
export function pagePolicy({ scripts = [], styles = [] }: PagePolicy): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...scripts].join(' '),
    ["style-src-elem 'self'", ...styles].join(' '),
    "style-src-attr 'unsafe-inline'",
    // For browsers without the two directives above.
    ["style-src 'self'", ...styles].join(' '),
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}
