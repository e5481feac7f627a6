declare global {
  /** Where the scroll lock of dialogs looks for the nonce of its style element; a name from webpack that others took over. */
  var __webpack_nonce__: string | undefined;
}

/** The nonce that the page's content security policy asks of style elements; empty where there is none (development). */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

/** Lets libraries outside of the component library know the nonce; called before anything is drawn. */
export function shareStyleNonce(): void {
  const nonce = styleNonce();
  if (nonce !== '') {
    globalThis.__webpack_nonce__ = nonce;
  }
}
