declare global {
  interface Window {
    /** Where a dependency of the component library looks for the nonce of its style elements. */
    __webpack_nonce__?: string;
    /** Trusted Types, where the browser has them. */
    readonly trustedTypes?: {
      createPolicy: (name: string, rules: { createHTML: (text: string) => string | null }) => unknown;
    };
  }
}

/** The nonce that scripts and style elements of this page carry; none while it is developed. */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

/**
 * No text becomes markup or code on a page of the console. The component library writes its styles as text of style elements,
 * through a member that could also take markup: what holds no tag is let through there, everything else is refused, and the
 * browser reports it.
 */
export function keepTextsTexts(): void {
  window.__webpack_nonce__ = pageNonce();
  window.trustedTypes?.createPolicy('default', { createHTML: (text) => (text.includes('<') ? null : text) });
}
