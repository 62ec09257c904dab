import {
  type CspDirective,
  type CspMode,
  cspDirectives,
  directiveKind,
  type EffectiveHeaders,
  effectiveHeaders,
  faultsOfHeaders,
  type GovernedHeader,
  governedHeaders,
  type HeaderFault,
  headerWarnings,
  isCspDirective,
} from '@almanac/domain';
import type { SaidHeaders } from '@almanac/protocol';

/** A directive or a feature as it stands in the form: what people type. */
export interface PartDraft {
  /** Tells rows apart while their names change. */
  readonly key: number;
  readonly name: string;
  /** Values apart by spaces. */
  readonly text: string;
  /** There is to be none of it, whatever the environment says. */
  readonly taken: boolean;
}

/** Empty means that nothing is said here, `none` that there is to be none. */
export type Choice<Value extends string> = '' | 'none' | Value;

export interface HeaderForm {
  readonly mode: '' | CspMode;
  readonly directives: readonly PartDraft[];
  readonly features: readonly PartDraft[];
  readonly transport: {
    readonly say: Choice<'sent'>;
    readonly maxAge: number;
    readonly includeSubDomains: boolean;
    readonly preload: boolean;
  };
  readonly contentType: Choice<'nosniff'>;
  readonly referrer: Choice<NonNullable<SaidHeaders['referrerPolicy']>>;
  readonly opener: Choice<NonNullable<SaidHeaders['openerPolicy']>>;
  readonly whenSent: Readonly<Partial<Record<GovernedHeader, 'keep' | 'replace'>>>;
}

const yearSeconds = 31_536_000;

export function headerForm(policy: SaidHeaders): HeaderForm {
  const { contentSecurity, strictTransport } = policy;
  return {
    mode: contentSecurity?.mode ?? '',
    directives: partsOf(contentSecurity?.directives ?? {}),
    features: partsOf(policy.permissions ?? {}),
    transport: {
      say: strictTransport === undefined ? '' : strictTransport === null ? 'none' : 'sent',
      maxAge: strictTransport?.maxAge ?? yearSeconds,
      includeSubDomains: strictTransport?.includeSubDomains ?? false,
      preload: strictTransport?.preload ?? false,
    },
    contentType: choiceOf(policy.contentTypeOptions),
    referrer: choiceOf(policy.referrerPolicy),
    opener: choiceOf(policy.openerPolicy),
    whenSent: policy.whenSent ?? {},
  };
}

function partsOf(parts: Readonly<Record<string, readonly string[] | null | undefined>>): readonly PartDraft[] {
  return Object.entries(parts).flatMap(([name, values], key) =>
    values === undefined ? [] : [{ key, name, text: (values ?? []).join(' '), taken: values === null }],
  );
}

function choiceOf<Value extends string>(said: Value | null | undefined): Choice<Value> {
  return said === undefined ? '' : (said ?? 'none');
}

/** What the form says; whether it can be sent says `faultsOf`. */
export function policyOf(form: HeaderForm): SaidHeaders {
  const directives = partsSaid(form.directives.filter((each) => isCspDirective(each.name)));
  const permissions = partsSaid(form.features.filter((each) => each.name.trim() !== ''));
  const { say, ...transport } = form.transport;
  const csp = {
    ...(form.mode === '' ? {} : { mode: form.mode }),
    ...(Object.keys(directives).length === 0 ? {} : { directives }),
  };
  return {
    ...(Object.keys(csp).length === 0 ? {} : { contentSecurity: csp }),
    ...(say === '' ? {} : { strictTransport: say === 'none' ? null : transport }),
    ...(form.contentType === '' ? {} : { contentTypeOptions: saidBy(form.contentType) }),
    ...(form.referrer === '' ? {} : { referrerPolicy: saidBy(form.referrer) }),
    ...(Object.keys(permissions).length === 0 ? {} : { permissions }),
    ...(form.opener === '' ? {} : { openerPolicy: saidBy(form.opener) }),
    ...(Object.keys(form.whenSent).length === 0 ? {} : { whenSent: form.whenSent }),
  };
}

function partsSaid(parts: readonly PartDraft[]): Record<string, string[] | null> {
  return Object.fromEntries(
    parts.map(({ name, text, taken }) => [name.trim(), taken ? null : text.split(/\s+/).filter((each) => each !== '')]),
  );
}

function saidBy<Value extends string>(choice: Exclude<Choice<Value>, ''>): Value | null {
  return choice === 'none' ? null : (choice as Value);
}

/** What would be sent, and what somebody should know of it first; the same rules decide at the server. */
export function previewOf(
  policy: SaidHeaders,
  inherited: SaidHeaders | null,
): {
  readonly effective: EffectiveHeaders;
  readonly faults: readonly HeaderFault[];
  readonly warnings: readonly string[];
} {
  const effective =
    inherited === null
      ? effectiveHeaders({ environment: policy, application: null })
      : effectiveHeaders({ environment: inherited, application: policy });
  return { effective, faults: faultsOfHeaders(policy), warnings: headerWarnings(effective) };
}

/** What is wrong with a row, in words. */
export function faultOfPart(
  faults: readonly HeaderFault[],
  at: 'directives' | 'permissions',
  name: string,
): string | undefined {
  const pointer = `${at === 'directives' ? '/contentSecurity/directives' : '/permissions'}/${name}`;
  return faults.find((each) => each.pointer === pointer || each.pointer.startsWith(`${pointer}/`))?.detail;
}

/** A further directive: the first that the form does not name. */
export function withDirective(form: HeaderForm): HeaderForm {
  const name = freeDirectives(form)[0];
  if (name === undefined) return form;
  const text = directiveKind(name) === 'nothing' ? '' : "'self'";
  return { ...form, directives: [...form.directives, { key: nextKey(form.directives), name, text, taken: false }] };
}

export function freeDirectives({ directives }: Pick<HeaderForm, 'directives'>): readonly CspDirective[] {
  return cspDirectives.filter((name) => !directives.some((each) => each.name === name));
}

export function withFeature(form: HeaderForm): HeaderForm {
  return { ...form, features: [...form.features, { key: nextKey(form.features), name: '', text: '', taken: false }] };
}

function nextKey(parts: readonly PartDraft[]): number {
  return Math.max(-1, ...parts.map((each) => each.key)) + 1;
}

/** The form with a directive as it is proposed. */
export function withProposal(
  form: HeaderForm,
  proposal: { readonly directive: string; readonly sources: readonly string[] },
): HeaderForm {
  const present = form.directives.find((each) => each.name === proposal.directive);
  const part = {
    key: present?.key ?? nextKey(form.directives),
    name: proposal.directive,
    text: proposal.sources.join(' '),
    taken: false,
  };
  return { ...form, directives: [...form.directives.filter((each) => each !== present), part] };
}

/** The rule for one header; empty takes back what was said here. */
export function withRule(form: HeaderForm, header: GovernedHeader, rule: '' | 'keep' | 'replace'): HeaderForm {
  const { [header]: _, ...others } = form.whenSent;
  return { ...form, whenSent: rule === '' ? others : { ...others, [header]: rule } };
}

/** As people write them. */
export const headerNames: Readonly<Record<GovernedHeader, string>> = {
  'content-security-policy': 'Content-Security-Policy',
  'strict-transport-security': 'Strict-Transport-Security',
  'x-content-type-options': 'X-Content-Type-Options',
  'x-frame-options': 'X-Frame-Options',
  'referrer-policy': 'Referrer-Policy',
  'permissions-policy': 'Permissions-Policy',
  'cross-origin-opener-policy': 'Cross-Origin-Opener-Policy',
};

export const orderedHeaders = governedHeaders;

/** The name of a header as it is sent, as people write it. */
export function headerName(name: string): string {
  if (name === 'content-security-policy-report-only') return `${headerNames['content-security-policy']}-Report-Only`;
  return headerNames[name as GovernedHeader] ?? name;
}

/** Who said a part of a header, by the names that people know. */
export function sourceWords(
  source: 'application' | 'environment' | 'built-in',
  of: { readonly environment: string; readonly application: string | null },
): string {
  if (source === 'built-in') return 'Almanac';
  return source === 'environment' ? of.environment : (of.application ?? of.environment);
}

/** The command that does the same. */
export function levelCommand(
  verb: string,
  of: { readonly environment: string; readonly application: string | null },
): string {
  return ['almanac headers', verb, of.environment, of.application ?? []].flat().join(' ');
}
