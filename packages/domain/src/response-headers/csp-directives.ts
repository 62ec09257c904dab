/** What a directive of a Content-Security-Policy takes as its value (CSP Level 3, section 6). */
export type DirectiveKind = 'sources' | 'ancestors' | 'tokens' | 'nothing';

interface Directive {
  readonly kind: DirectiveKind;
  /** Which directives browsers ask in its place, in turn, when it is absent (section 6.8.3). */
  readonly fallbacks: readonly string[];
}

const directive = (kind: DirectiveKind, ...fallbacks: readonly string[]): Directive => ({ kind, fallbacks });

/** Directives that a policy may name. Where reports go is for the gateway to say, so `report-uri` and `report-to` are not here. */
const table = {
  'default-src': directive('sources'),
  'script-src': directive('sources', 'default-src'),
  'script-src-elem': directive('sources', 'script-src', 'default-src'),
  'script-src-attr': directive('sources', 'script-src', 'default-src'),
  'style-src': directive('sources', 'default-src'),
  'style-src-elem': directive('sources', 'style-src', 'default-src'),
  'style-src-attr': directive('sources', 'style-src', 'default-src'),
  'img-src': directive('sources', 'default-src'),
  'font-src': directive('sources', 'default-src'),
  'connect-src': directive('sources', 'default-src'),
  'media-src': directive('sources', 'default-src'),
  'object-src': directive('sources', 'default-src'),
  'manifest-src': directive('sources', 'default-src'),
  'child-src': directive('sources', 'default-src'),
  'frame-src': directive('sources', 'child-src', 'default-src'),
  'worker-src': directive('sources', 'child-src', 'script-src', 'default-src'),
  'base-uri': directive('sources'),
  'form-action': directive('sources'),
  'frame-ancestors': directive('ancestors'),
  sandbox: directive('tokens'),
  'require-trusted-types-for': directive('tokens'),
  'trusted-types': directive('tokens'),
  'upgrade-insecure-requests': directive('nothing'),
} as const satisfies Record<string, Directive>;

export type CspDirective = keyof typeof table;

/** Where browsers report what a policy kept from happening: the gateway's, on every origin that it serves. */
export const reportPath = '/.almanac/reports';

/** In the order in which they are written. */
export const cspDirectives = Object.keys(table) as readonly CspDirective[];

export function isCspDirective(name: string): name is CspDirective {
  return Object.hasOwn(table, name);
}

export function directiveKind(name: CspDirective): DirectiveKind {
  return table[name].kind;
}

/** The directive itself and those that stand in for it, in the order in which browsers look. */
export function askedInTurn(name: CspDirective): readonly CspDirective[] {
  return [name, ...(table[name].fallbacks as readonly CspDirective[])];
}
