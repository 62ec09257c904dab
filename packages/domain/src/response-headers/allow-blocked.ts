import { askedInTurn, type CspDirective, directiveKind, isCspDirective } from './csp-directives.ts';
import type { EffectiveHeaders } from './effective-headers.ts';

/** What a browser reported: something that a directive does not allow. */
export interface BlockedSource {
  readonly directive: string;
  /** An origin, a scheme as in `data:`, `self`, or a word of CSP as in `inline`. */
  readonly blocked: string;
}

/** The change that would allow what was blocked, or why there is none to propose. */
export type AllowProposal =
  | {
      readonly kind: 'allow';
      readonly directive: CspDirective;
      readonly sources: readonly string[];
      readonly warning: string | null;
    }
  | { readonly kind: 'allowed'; readonly directive: CspDirective }
  | { readonly kind: 'none'; readonly why: string };

const none = (why: string): AllowProposal => ({ kind: 'none', why });

/** Proposes the directive that would allow what a browser reported. */
export function allowBlocked(effective: Pick<EffectiveHeaders, 'directives'>, reported: BlockedSource): AllowProposal {
  const { directive } = reported;
  if (!isCspDirective(directive) || directiveKind(directive) !== 'sources')
    return none(`${directive} does not name sources: what it asks for is for the application to change.`);
  const source = sourceOf(reported);
  if (source === undefined) return none('The browser does not say from where this came.');
  const asked = askedInTurn(directive);
  const found = asked.find((each) => effective.directives.has(each));
  if (found === undefined) return none('No directive that is in force now keeps this from happening.');
  // Who is let in for scripts is not let in for everything that default-src stands in for.
  const target = found === 'default-src' ? specific(directive) : found;
  const present = (effective.directives.get(found)?.value ?? []).filter((each) => each !== "'none'");
  if (present.includes(source)) return { kind: 'allowed', directive: found };
  return { kind: 'allow', directive: target, sources: [...present, source], warning: warningOf(source, directive) };
}

/** `script-src` for `script-src-elem`: what people write and browsers fall back on. */
function specific(directive: CspDirective): CspDirective {
  if (directive.startsWith('script-src')) return 'script-src';
  return directive.startsWith('style-src') ? 'style-src' : directive;
}

function sourceOf({ blocked }: BlockedSource): string | undefined {
  if (blocked === 'inline') return "'unsafe-inline'";
  if (blocked === 'eval') return "'unsafe-eval'";
  if (blocked === 'wasm-eval') return "'wasm-unsafe-eval'";
  if (blocked === 'self') return "'self'";
  return /^[a-z][a-z0-9+.-]*:(\/\/[^\s;,'"]+)?$/i.test(blocked) ? blocked : undefined;
}

function warningOf(source: string, directive: CspDirective): string | null {
  if (source === "'unsafe-inline'")
    return directive.startsWith('script')
      ? 'This lets every script in a page run, also one that somebody smuggled in. Better: move it into a file.'
      : 'This lets every style in a page count. Better: move it into a file.';
  if (source === "'unsafe-eval'") return 'This lets text run as a script. Better: a library that does without.';
  if (source === 'data:' && directive.startsWith('script'))
    return 'Anybody who can write an address can write a script then.';
  return null;
}
