import type { CspDirective } from './csp-directives.ts';
import { type EffectiveHeaders, frameOptionOf } from './effective-headers.ts';

/** A year: what lists of browsers ask at least of who wants to be on them. */
const preloadSeconds = 31_536_000;

/** What somebody should know before these headers are sent; each sentence by itself. */
export function headerWarnings(effective: EffectiveHeaders): readonly string[] {
  return [
    ...contentSecurityWarnings(effective),
    ...effective.headers.flatMap(({ name, value }) => (name === 'strict-transport-security' ? preload(value) : [])),
  ];
}

function contentSecurityWarnings({ mode, directives, headers }: EffectiveHeaders): readonly string[] {
  if (mode.value === 'off') return [];
  if (directives.size === 0)
    return [`The mode is ${mode.value} and no directive is given, so no Content-Security-Policy is sent.`];
  const warnings: string[] = [];
  const sent = headers.find((each) => each.name.startsWith('content-security-policy'));
  if (sent?.whenSent.value === 'keep')
    warnings.push(
      'An application that sends this Content-Security-Policy header itself keeps its own, and ours is left out.',
    );
  if (!directives.has('default-src'))
    warnings.push('Without default-src, whatever no other directive names may come from anywhere.');
  for (const name of ['script-src', 'default-src'] as const) warnings.push(...scriptWarnings(name, directives));
  const ancestors = directives.get('frame-ancestors');
  if (mode.value === 'enforce' && ancestors !== undefined && frameOptionOf(ancestors.value) === undefined)
    warnings.push('X-Frame-Options cannot say what frame-ancestors says, so it is not sent.');
  return warnings;
}

function scriptWarnings(name: CspDirective, directives: EffectiveHeaders['directives']): readonly string[] {
  if (name === 'default-src' && directives.has('script-src')) return [];
  const sources = directives.get(name)?.value ?? [];
  const open = sources.filter((each) => ['*', 'http:', 'https:', 'data:'].includes(each));
  return [
    ...(sources.includes("'unsafe-inline'")
      ? [`'unsafe-inline' in ${name} lets scripts run that somebody smuggled into a page.`]
      : []),
    ...open.map((each) => `${each} in ${name} lets scripts come from where anybody can put some.`),
  ];
}

function preload(value: string): readonly string[] {
  if (!value.includes('preload')) return [];
  const age = Number(/max-age=(\d+)/.exec(value)?.[1] ?? 0);
  const lacks =
    age < preloadSeconds || !value.includes('includeSubDomains')
      ? ['Browsers take a host into their lists only with includeSubDomains and a max-age of a year (31536000).']
      : [];
  return [
    ...lacks,
    'preload asks browsers to insist on TLS before the first visit: it takes months to take that back.',
  ];
}
