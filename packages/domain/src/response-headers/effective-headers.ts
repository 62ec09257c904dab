import { type CspDirective, cspDirectives } from './csp-directives.ts';
import type { CspMode, GovernedHeader, HeaderPolicy, SentRule } from './header-policy.ts';

/** Who said something: a level, or nobody, so that what Almanac does by itself holds. */
export type HeaderSource = 'application' | 'environment' | 'built-in';

/** Something that counts, and who said it. */
export interface Sourced<Value> {
  readonly value: Value;
  readonly source: HeaderSource;
}

/** One header as it will be sent. */
export interface EffectiveHeader {
  readonly name: GovernedHeader | 'content-security-policy-report-only';
  readonly value: string;
  /** What it is put together of: directives, features or the whole value. */
  readonly parts: readonly Sourced<string>[];
  /** What counts when the application sends it itself. */
  readonly whenSent: Sourced<SentRule>;
  /** Sent over TLS alone: it means nothing, or harm, elsewhere. */
  readonly overTlsOnly: boolean;
}

/** What responses carry, of an environment or of one application in it. */
export interface EffectiveHeaders {
  readonly mode: Sourced<CspMode>;
  /** Of the Content-Security-Policy, also while its mode is `off`. */
  readonly directives: ReadonlyMap<CspDirective, Sourced<readonly string[]>>;
  readonly headers: readonly EffectiveHeader[];
}

/**
 * A policy of its own makes an application break in the browser when it sends one that fits it better; the others say the
 * same for every application.
 */
const defaultRules: Partial<Record<GovernedHeader, SentRule>> = { 'content-security-policy': 'keep' };

/** Joins what an environment says with what an application in it says: directive by directive, the application counts. */
export function effectiveHeaders(levels: {
  readonly environment: HeaderPolicy;
  readonly application: HeaderPolicy | null;
}): EffectiveHeaders {
  const level = levelsOf(levels);
  const mode = level((policy) => policy.contentSecurity?.mode) ?? { value: 'off', source: 'built-in' };
  const directives = new Map(
    cspDirectives.flatMap((name) => {
      const found = level((policy) => policy.contentSecurity?.directives?.[name]);
      return found === undefined || found.value === null ? [] : [[name, found as Sourced<readonly string[]>] as const];
    }),
  );
  const found: readonly (Omit<EffectiveHeader, 'whenSent' | 'value'> & { readonly separator: string })[] = [
    ...contentSecurity(mode.value, directives),
    ...frameOptions(mode.value, directives),
    ...strictTransport(level((policy) => policy.strictTransport)),
    ...single(
      'x-content-type-options',
      level((policy) => policy.contentTypeOptions),
    ),
    ...single(
      'referrer-policy',
      level((policy) => policy.referrerPolicy),
    ),
    ...permissionsPolicy(levels, level),
    ...single(
      'cross-origin-opener-policy',
      level((policy) => policy.openerPolicy),
    ),
  ];
  const headers = found.map(({ separator, ...header }) => {
    const name = governedBy(header.name);
    const rule = level((policy) => policy.whenSent?.[name]);
    return {
      ...header,
      value: header.parts.map((part) => part.value).join(separator),
      whenSent: rule ?? { value: defaultRules[name] ?? 'replace', source: 'built-in' as const },
    };
  });
  return { mode, directives, headers };
}

/** What the nearest level says that says anything. */
type Level = <Value>(said: (policy: HeaderPolicy) => Value | undefined) => Sourced<Value> | undefined;

function levelsOf(levels: { readonly environment: HeaderPolicy; readonly application: HeaderPolicy | null }): Level {
  return (said) => {
    const own = levels.application === null ? undefined : said(levels.application);
    if (own !== undefined) return { value: own, source: 'application' };
    const inherited = said(levels.environment);
    return inherited === undefined ? undefined : { value: inherited, source: 'environment' };
  };
}

function governedBy(name: EffectiveHeader['name']): GovernedHeader {
  return name === 'content-security-policy-report-only' ? 'content-security-policy' : name;
}

type Directives = EffectiveHeaders['directives'];

function contentSecurity(mode: CspMode, directives: Directives) {
  if (mode === 'off' || directives.size === 0) return [];
  const name =
    mode === 'enforce' ? ('content-security-policy' as const) : ('content-security-policy-report-only' as const);
  const parts = [...directives].map(([directive, { value, source }]) => ({
    value: [directive, ...value].join(' '),
    source,
  }));
  return [{ name, parts, separator: '; ', overTlsOnly: false }];
}

/** For what knows no `frame-ancestors`; what only reports must not keep anything from happening. */
function frameOptions(mode: CspMode, directives: Directives) {
  const ancestors = directives.get('frame-ancestors');
  if (mode !== 'enforce' || ancestors === undefined) return [];
  const option = frameOptionOf(ancestors.value);
  return option === undefined ? [] : single('x-frame-options', { value: option, source: ancestors.source });
}

/** What X-Frame-Options can say of some ancestors; undefined where it cannot. */
export function frameOptionOf(ancestors: readonly string[]): 'DENY' | 'SAMEORIGIN' | undefined {
  if (ancestors.length !== 1) return undefined;
  if (ancestors[0] === "'none'") return 'DENY';
  return ancestors[0] === "'self'" ? 'SAMEORIGIN' : undefined;
}

function strictTransport(found: Sourced<HeaderPolicy['strictTransport']> | undefined) {
  if (found === undefined || found.value === null || found.value === undefined) return [];
  const { maxAge, includeSubDomains, preload } = found.value;
  const value = [`max-age=${maxAge}`, includeSubDomains ? 'includeSubDomains' : [], preload ? 'preload' : []]
    .flat()
    .join('; ');
  return single('strict-transport-security', { value, source: found.source }).map((each) => ({
    ...each,
    overTlsOnly: true,
  }));
}

function permissionsPolicy(
  levels: { readonly environment: HeaderPolicy; readonly application: HeaderPolicy | null },
  level: Level,
) {
  const { environment, application } = levels;
  const features = new Set([environment, application].flatMap((each) => Object.keys(each?.permissions ?? {})));
  const parts = [...features].toSorted().flatMap((feature) => {
    const found = level((policy) => policy.permissions?.[feature]);
    return found === undefined || found.value === null
      ? []
      : [{ value: `${feature}=${allowList(found.value)}`, source: found.source }];
  });
  return parts.length === 0
    ? []
    : [{ name: 'permissions-policy' as const, parts, separator: ', ', overTlsOnly: false }];
}

function allowList(allowed: readonly string[]): string {
  if (allowed.includes('*')) return '*';
  return `(${allowed.map((each) => (each === 'self' ? each : `"${each}"`)).join(' ')})`;
}

function single<Name extends GovernedHeader>(name: Name, found: Sourced<string | null> | undefined) {
  if (found === undefined || found.value === null) return [];
  return [{ name, parts: [{ value: found.value, source: found.source }], separator: '', overTlsOnly: false }];
}
