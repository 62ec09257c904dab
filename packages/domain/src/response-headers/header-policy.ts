import type { CspDirective } from './csp-directives.ts';

export const cspModes = ['off', 'report-only', 'enforce'] as const;
/** `report-only` lets everything happen and has browsers report what `enforce` would keep from happening. */
export type CspMode = (typeof cspModes)[number];

export const referrerPolicies = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
] as const;
export type ReferrerPolicy = (typeof referrerPolicies)[number];

export const openerPolicies = [
  'same-origin',
  'same-origin-allow-popups',
  'noopener-allow-popups',
  'unsafe-none',
] as const;
export type OpenerPolicy = (typeof openerPolicies)[number];

/** Headers of which somebody may say what counts when an application sends them itself. */
export const governedHeaders = [
  'content-security-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
] as const;
export type GovernedHeader = (typeof governedHeaders)[number];

export const sentRules = ['keep', 'replace'] as const;
/** What counts when an application sends a header itself: its own is kept, or replaced. */
export type SentRule = (typeof sentRules)[number];

/** How long, in seconds, browsers ask for a host by TLS alone. */
export interface StrictTransport {
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
  readonly preload: boolean;
}

type By<Key extends string, Value> = { readonly [key in Key]?: Value | undefined };

/**
 * What one level, an environment or an application in it, says about the headers of responses. What is absent is inherited;
 * null takes away what would be.
 */
export interface HeaderPolicy {
  readonly contentSecurity?:
    | {
        readonly mode?: CspMode | undefined;
        readonly directives?: By<CspDirective, readonly string[] | null> | undefined;
      }
    | undefined;
  readonly strictTransport?: StrictTransport | null | undefined;
  readonly contentTypeOptions?: 'nosniff' | null | undefined;
  readonly referrerPolicy?: ReferrerPolicy | null | undefined;
  /** Who may use a feature of the browser: `self`, `*` or origins; nobody where the list is empty. */
  readonly permissions?: Readonly<Record<string, readonly string[] | null>> | undefined;
  readonly openerPolicy?: OpenerPolicy | null | undefined;
  readonly whenSent?: By<GovernedHeader, SentRule> | undefined;
}

/** A level that says nothing. */
export const silentPolicy: HeaderPolicy = {};

/** Whether a level says anything. */
export function saysAnything(policy: HeaderPolicy): boolean {
  const { contentSecurity, permissions, whenSent, ...rest } = policy;
  const parts = [contentSecurity?.directives, permissions, whenSent].flatMap((each) => Object.values(each ?? {}));
  return [contentSecurity?.mode, ...parts, ...Object.values(rest)].some((each) => each !== undefined);
}
