import { createHash } from 'node:crypto';
import { pagePolicy } from '../http/security-headers';

/** Where the page wants the nonce of its style elements; Vite's `html.cspNonce` writes it. */
export const NONCE_PLACEHOLDER = '__CSP_NONCE__';

const INLINE_SCRIPT = /<script(?![^>]*\ssrc\s*=)[^>]*>([\s\S]*?)<\/script>/gi;

/** The one page of the web app, with the content policy that fits it. */
export class IndexPage {
  private readonly scriptHashes: readonly string[];
  private readonly takesNonce: boolean;

  constructor(private readonly html: string) {
    this.scriptHashes = [...html.matchAll(INLINE_SCRIPT)].map(([, script]) => `'sha256-${createHash('sha256').update(script ?? '').digest('base64')}'`);
    this.takesNonce = html.includes(NONCE_PLACEHOLDER);
  }

  /**
   * The page for one answer.
   * @param nonce fresh for every answer, not to be guessed
   */
  render(nonce: string): { readonly html: string; readonly policy: string } {
    return {
      html: this.html.replaceAll(NONCE_PLACEHOLDER, nonce),
      // A page that carries no nonce cannot give it to its style elements; scripts stay closed either way.
      policy: pagePolicy({ scripts: this.scriptHashes, styles: [this.takesNonce ? `'nonce-${nonce}'` : "'unsafe-inline'"] }),
    };
  }
}
