import { headerPolicy, type ResponseHeaders, type SaidHeaders } from '@almanac/protocol';
import { CommandError } from '../../output/report-error.ts';

/** What somebody asks to be otherwise, as the options say it. */
export interface HeaderWishes {
  /** A mode, or `inherit`. */
  readonly csp?: string | undefined;
  /** A directive with its values, as in `img-src 'self' data:`. */
  readonly directives: readonly string[];
  /** A feature with who may use it, as in `camera self https://a.example`. */
  readonly features: readonly string[];
  /** Names of directives, features and headers of which this level says nothing any more. */
  readonly inherit: readonly string[];
  /** The same, of which it says that there is none. */
  readonly without: readonly string[];
  /** Seconds, with `subdomains` and `preload` beside them. */
  readonly hsts?: string | undefined;
  readonly subdomains: boolean;
  readonly preload: boolean;
  readonly nosniff: boolean;
  readonly referrer?: string | undefined;
  readonly opener?: string | undefined;
  /** `<header>=keep` or `<header>=replace`. */
  readonly whenSent: readonly string[];
}

/** Members of a policy that are one header each. */
const members = {
  'strict-transport-security': 'strictTransport',
  'x-content-type-options': 'contentTypeOptions',
  'referrer-policy': 'referrerPolicy',
  'cross-origin-opener-policy': 'openerPolicy',
} as const;

/**
 * A policy with some parts otherwise; what it cannot be is said with the name of the option.
 *
 * @throws {CommandError} when something is no part of a policy
 */
export function adjustPolicy(
  { policy, inherited }: Pick<ResponseHeaders, 'policy' | 'inherited'>,
  wishes: HeaderWishes,
): SaidHeaders {
  const { csp, directives: given, features, hsts, referrer, opener } = wishes;
  const { mode, directives } = policy.contentSecurity ?? {};
  const next: Record<string, unknown> = {
    ...policy,
    contentSecurity: {
      ...(csp === 'inherit' ? {} : { mode: csp ?? mode }),
      directives: { ...directives, ...named(given) },
    },
    permissions: { ...policy.permissions, ...named(features) },
    whenSent: { ...policy.whenSent, ...Object.fromEntries(wishes.whenSent.map(ruleOf)) },
    ...(hsts === undefined
      ? {}
      : {
          strictTransport: { maxAge: Number(hsts), includeSubDomains: wishes.subdomains, preload: wishes.preload },
        }),
    ...(wishes.nosniff ? { contentTypeOptions: 'nosniff' } : {}),
    ...(referrer === undefined ? {} : { referrerPolicy: referrer }),
    ...(opener === undefined ? {} : { openerPolicy: opener }),
  };
  const known = new Set(Object.keys({ ...inherited?.permissions, ...policy.permissions }));
  for (const part of wishes.without) placeOf(next, part, known)[partKey(part)] = null;
  for (const part of wishes.inherit) delete placeOf(next, part, known)[partKey(part)];
  const parsed = headerPolicy.safeParse(withoutEmpty(next));
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  throw new CommandError(`${fault?.path.join('.')}: ${fault?.message}`);
}

/** By the first word of each. */
function named(texts: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name = '', ...values] = text.trim().split(/\s+/);
      return [name, values];
    }),
  );
}

function ruleOf(text: string): readonly [string, string] {
  const [header = '', rule = ''] = text.split('=');
  return [header.toLowerCase(), rule];
}

function partKey(part: string): string {
  return Object.hasOwn(members, part) ? members[part as keyof typeof members] : part;
}

/** In which object of a policy a part is said: a header by itself, a feature that either level names, else a directive. */
function placeOf(
  policy: Record<string, unknown>,
  part: string,
  features: ReadonlySet<string>,
): Record<string, unknown> {
  if (Object.hasOwn(members, part)) return policy;
  const { directives } = policy['contentSecurity'] as { directives: Record<string, unknown> };
  return features.has(part) ? (policy['permissions'] as Record<string, unknown>) : directives;
}

function withoutEmpty(policy: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(policy).map(([key, value]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [key, value] as const;
    const inner = withoutEmpty(value as Record<string, unknown>);
    return [key, Object.keys(inner).length === 0 ? undefined : inner] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
