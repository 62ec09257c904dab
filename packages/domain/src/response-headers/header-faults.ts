import { type CspDirective, cspDirectives, directiveKind } from './csp-directives.ts';
import type { HeaderPolicy } from './header-policy.ts';

/** Where a policy cannot be used, as JSON pointer, and what to do. */
export interface HeaderFault {
  readonly pointer: string;
  readonly detail: string;
}

/** So many characters one level may say: with both levels together every browser and proxy takes the headers. */
export const mostHeaderCharacters = 4000;

const keywords: ReadonlySet<string> = new Set([
  "'self'",
  "'none'",
  "'unsafe-inline'",
  "'unsafe-eval'",
  "'wasm-unsafe-eval'",
  "'unsafe-hashes'",
  "'strict-dynamic'",
  "'report-sample'",
]);
const hashSource = /^'sha(256|384|512)-[A-Za-z0-9+/_-]+={0,2}'$/;
const schemeSource = /^[a-z][a-z0-9+.-]*:$/i;
const hostSource =
  /^([a-z][a-z0-9+.-]*:\/\/)?(\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*)(:(\d{1,5}|\*))?(\/[\w.~!$&'()*+=:@%/-]*)?$/i;
const sandboxTokens: ReadonlySet<string> = new Set([
  'allow-downloads',
  'allow-forms',
  'allow-modals',
  'allow-orientation-lock',
  'allow-pointer-lock',
  'allow-popups',
  'allow-popups-to-escape-sandbox',
  'allow-presentation',
  'allow-same-origin',
  'allow-scripts',
  'allow-storage-access-by-user-activation',
  'allow-top-navigation',
  'allow-top-navigation-by-user-activation',
  'allow-top-navigation-to-custom-protocols',
]);
const trustedTypesName = /^([\w#=@./%-]+|\*|'allow-duplicates'|'none')$/;
const feature = /^[a-z][a-z0-9-]{0,59}$/;
const origin = /^https?:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/i;

/** Everything in a policy of one level that cannot be used. */
export function faultsOfHeaders(policy: HeaderPolicy): readonly HeaderFault[] {
  const faults = [...directiveFaults(policy), ...permissionFaults(policy)];
  const characters = JSON.stringify([policy.contentSecurity?.directives ?? {}, policy.permissions ?? {}]).length;
  if (characters > mostHeaderCharacters)
    faults.push({
      pointer: '',
      detail: `it has ${characters} characters, and ${mostHeaderCharacters} are sent at most; name fewer sources, or wider ones`,
    });
  return faults;
}

function directiveFaults({ contentSecurity }: HeaderPolicy): HeaderFault[] {
  const given = contentSecurity?.directives ?? {};
  return cspDirectives.flatMap((name) => {
    const values = given[name] ?? [];
    const at = `/contentSecurity/directives/${name}`;
    const each = values.flatMap((value, index) => {
      const detail = faultOfValue(name, value);
      return detail === undefined ? [] : [{ pointer: `${at}/${index}`, detail }];
    });
    const whole = faultOfList(name, given[name]);
    return whole === undefined ? each : [...each, { pointer: at, detail: whole }];
  });
}

function faultOfList(name: CspDirective, values: readonly string[] | null | undefined): string | undefined {
  if (values === null || values === undefined) return undefined;
  if (directiveKind(name) === 'nothing')
    return values.length === 0 ? undefined : `${name} takes no value: leave the list empty`;
  if (values.includes("'none'") && values.length > 1) return "'none' stands alone, or not at all";
  if (values.length === 0 && directiveKind(name) !== 'tokens') return "name sources, or 'none' for nothing";
  if (new Set(values).size < values.length) return 'a value is there twice';
  return undefined;
}

function faultOfValue(name: CspDirective, value: string): string | undefined {
  // What ends a value, a directive or a header must not come in by the name of a source.
  if (!/^[\x21-\x7e]+$/.test(value) || /[;,]/.test(value)) return 'a value has no spaces, commas and semicolons';
  switch (directiveKind(name)) {
    case 'sources':
      return faultOfSource(value);
    case 'ancestors':
      return value === "'self'" || value === "'none'" || schemeSource.test(value) || hostSource.test(value)
        ? undefined
        : "take 'self', 'none', a scheme as in https:, or a host as in https://shop.example";
    case 'tokens':
      return faultOfToken(name, value);
    case 'nothing':
      return undefined;
  }
}

function faultOfSource(value: string): string | undefined {
  if (/^'nonce-/i.test(value))
    return 'a nonce that every answer has guards nothing; the application has to send a policy with one of its own';
  if (keywords.has(value.toLowerCase()) || hashSource.test(value)) return undefined;
  if (keywords.has(`'${value.toLowerCase()}'`)) return `keywords stand in quotes: '${value.toLowerCase()}'`;
  return schemeSource.test(value) || hostSource.test(value)
    ? undefined
    : "take a keyword as in 'self', a hash, a scheme as in data:, or a host as in https://cdn.example";
}

function faultOfToken(name: CspDirective, value: string): string | undefined {
  if (name === 'sandbox') return sandboxTokens.has(value) ? undefined : `sandbox knows no ${value}`;
  if (name === 'require-trusted-types-for') return value === "'script'" ? undefined : "only 'script' can be asked for";
  return trustedTypesName.test(value) ? undefined : 'this is not the name of a Trusted Types policy';
}

function permissionFaults({ permissions }: HeaderPolicy): readonly HeaderFault[] {
  return Object.entries(permissions ?? {}).flatMap(([name, allowed]) => {
    const pointer = `/permissions/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!feature.test(name)) return [{ pointer, detail: 'a feature is named as in geolocation or display-capture' }];
    const wrong = (allowed ?? []).find((each) => each !== 'self' && each !== '*' && !origin.test(each));
    if (wrong !== undefined) return [{ pointer, detail: 'take self, * or an origin as in https://maps.example' }];
    const crowded = allowed?.includes('*') === true && allowed.length > 1;
    return crowded ? [{ pointer, detail: '* stands alone: it means everybody' }] : [];
  });
}
