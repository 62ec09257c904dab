import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cspDirectives } from './csp-directives.ts';
import { effectiveHeaders } from './effective-headers.ts';
import { faultsOfHeaders } from './header-faults.ts';
import { collectsReports, headerLines } from './header-lines.ts';
import { type HeaderPolicy, saysAnything, silentPolicy } from './header-policy.ts';
import { headerWarnings } from './header-warnings.ts';

const csp = (directives: Record<string, readonly string[] | null>, mode?: 'off' | 'report-only' | 'enforce') =>
  ({ contentSecurity: { directives, ...(mode === undefined ? {} : { mode }) } }) as HeaderPolicy;
const merged = (environment: HeaderPolicy, application: HeaderPolicy | null = null) =>
  effectiveHeaders({ environment, application });
const textOf = (policy: HeaderPolicy, name: string) => merged(policy).headers.find((each) => each.name === name)?.value;

describe('the headers of responses', () => {
  it('are none as long as nobody says anything', () => {
    expect(headerLines(merged(silentPolicy, silentPolicy))).toEqual([]);
    expect(saysAnything({ contentSecurity: { directives: {} }, permissions: {} })).toBe(false);
    expect(saysAnything({ referrerPolicy: null })).toBe(true);
  });

  it('come from an application directive by directive, and from its environment where it says nothing', () => {
    const { headers } = merged(
      csp({ 'default-src': ["'self'"], 'img-src': ["'self'", 'data:'], 'font-src': ["'self'"] }, 'report-only'),
      csp({ 'img-src': ['https://cdn.example'], 'font-src': null }, 'enforce'),
    );

    expect(headers).toEqual([
      {
        name: 'content-security-policy',
        value: "default-src 'self'; img-src https://cdn.example",
        parts: [
          { value: "default-src 'self'", source: 'environment' },
          { value: 'img-src https://cdn.example', source: 'application' },
        ],
        whenSent: { value: 'keep', source: 'built-in' },
        overTlsOnly: false,
      },
    ]);
  });

  it.each([
    ['what is taken away by the application', { referrerPolicy: 'no-referrer' }, { referrerPolicy: null }, undefined],
    ['what only the environment says', { referrerPolicy: 'no-referrer' }, {}, 'no-referrer'],
    ['what both say', { referrerPolicy: 'no-referrer' }, { referrerPolicy: 'origin' }, 'origin'],
  ] as const)('decide %s', (_title, environment, application, expected) => {
    const found = merged(environment, application).headers.find((each) => each.name === 'referrer-policy');

    expect(found?.value).toBe(expected);
  });

  it.each([
    [
      { strictTransport: { maxAge: 600, includeSubDomains: false, preload: false } },
      'strict-transport-security',
      'max-age=600',
    ],
    [
      { strictTransport: { maxAge: 1, includeSubDomains: true, preload: true } },
      'strict-transport-security',
      'max-age=1; includeSubDomains; preload',
    ],
    [{ contentTypeOptions: 'nosniff' }, 'x-content-type-options', 'nosniff'],
    [{ openerPolicy: 'same-origin' }, 'cross-origin-opener-policy', 'same-origin'],
    [
      { permissions: { geolocation: [], camera: ['self', 'https://a.example'], fullscreen: ['*'] } },
      'permissions-policy',
      'camera=(self "https://a.example"), fullscreen=*, geolocation=()',
    ],
    [csp({ 'frame-ancestors': ["'none'"] }, 'enforce'), 'x-frame-options', 'DENY'],
    [csp({ 'frame-ancestors': ["'self'"] }, 'enforce'), 'x-frame-options', 'SAMEORIGIN'],
    [csp({ 'frame-ancestors': ["'self'", 'https://a.example'] }, 'enforce'), 'x-frame-options', undefined],
    [csp({ 'frame-ancestors': ["'none'"] }, 'report-only'), 'x-frame-options', undefined],
    [csp({ 'default-src': ["'self'"] }, 'off'), 'content-security-policy', undefined],
    [csp({ 'upgrade-insecure-requests': [] }, 'enforce'), 'content-security-policy', 'upgrade-insecure-requests'],
  ] as const)('say %j as %s: %s', (policy, name, expected) => {
    expect(textOf(policy as HeaderPolicy, name)).toBe(expected);
  });

  it('tell browsers where to report: by group over TLS, and by address where that would find nothing', () => {
    const lines = headerLines(merged(csp({ 'default-src': ["'self'"] }, 'enforce')));

    expect(lines).toEqual([
      {
        name: 'content-security-policy',
        value: "default-src 'self'; report-uri /.almanac/reports",
        over: 'plain',
        whenSent: 'keep',
      },
      {
        name: 'content-security-policy',
        value: "default-src 'self'; report-uri /.almanac/reports; report-to almanac",
        over: 'tls',
        whenSent: 'keep',
      },
      { name: 'reporting-endpoints', value: 'almanac="/.almanac/reports"', over: 'tls', whenSent: 'add' },
    ]);
    expect(collectsReports(merged({ referrerPolicy: 'origin' }))).toBe(false);
  });

  it('insist on TLS over TLS alone', () => {
    const policy = { strictTransport: { maxAge: 600, includeSubDomains: false, preload: false } };

    expect(headerLines(merged(policy))).toMatchObject([{ name: 'strict-transport-security', over: 'tls' }]);
  });

  it('replace what an application sends itself, but for its Content-Security-Policy, unless a level says otherwise', () => {
    const said = { ...csp({ 'default-src': ["'self'"] }, 'enforce'), referrerPolicy: 'origin' } as const;
    const rules = (application: HeaderPolicy | null) =>
      merged(said, application).headers.map(({ name, whenSent }) => [name, whenSent.value, whenSent.source]);

    expect(rules(null)).toEqual([
      ['content-security-policy', 'keep', 'built-in'],
      ['referrer-policy', 'replace', 'built-in'],
    ]);
    expect(rules({ whenSent: { 'content-security-policy': 'replace' } })[0]).toEqual([
      'content-security-policy',
      'replace',
      'application',
    ]);
  });
});

describe('a policy that can be used', () => {
  it.each([
    ['a line break', csp({ 'img-src': ['https://a.example\r\nset-cookie:a=b'] })],
    ['a further directive', csp({ 'img-src': ["'self';script-src"] })],
    ['a further policy', csp({ 'img-src': ["'self',script-src"] })],
    ['a space', csp({ 'img-src': ["'self' *"] })],
    ['what is no ASCII', csp({ 'img-src': ['https://bücher.example'] })],
    ['a nonce that never changes', csp({ 'script-src': ["'nonce-abc'"] })],
    ['a keyword without quotes', csp({ 'script-src': ['self'] })],
    ['nothing beside none', csp({ 'script-src': ["'none'", "'self'"] })],
    ['no source', csp({ 'script-src': [] })],
    ['a source twice', csp({ 'script-src': ["'self'", "'self'"] })],
    ['a value for what takes none', csp({ 'upgrade-insecure-requests': ['1'] })],
    ['scripts among ancestors', csp({ 'frame-ancestors': ["'unsafe-inline'"] })],
    ['an unknown word of sandbox', csp({ sandbox: ['allow-everything'] })],
    ['an unknown demand of Trusted Types', csp({ 'require-trusted-types-for': ["'style'"] })],
    ['a feature of another form', { permissions: { 'geo location': [] } }],
    ['a header by the name of a feature', { permissions: { 'a=()\r\nb': [] } }],
    ['an origin that leaves its quotes', { permissions: { camera: ['https://a.example" "b'] } }],
    ['everybody and somebody', { permissions: { camera: ['*', 'self'] } }],
    [
      'more than browsers take',
      csp({ 'img-src': Array.from({ length: 200 }, (_, at) => `https://host-${at}.example`) }),
    ],
  ])('does not hold %s', (_title, policy) => {
    expect(faultsOfHeaders(policy as HeaderPolicy)).not.toEqual([]);
  });

  it.each([
    csp({
      'script-src': ["'self'", "'sha256-AbC+/='", 'https://*.example.com:8443/lib/', 'wss://a.example', '*', 'data:'],
    }),
    csp({ sandbox: [], 'require-trusted-types-for': ["'script'"], 'trusted-types': ['app', "'allow-duplicates'"] }),
    csp({ 'frame-ancestors': ["'none'"], 'upgrade-insecure-requests': [], 'img-src': null }),
    { permissions: { 'display-capture': ['self', 'https://a.example:8443'] } },
  ])('may hold %j', (policy) => {
    expect(faultsOfHeaders(policy as HeaderPolicy)).toEqual([]);
  });

  it('gives no text to a header that ends it, whatever the sources are', () => {
    const source = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom("'self'", 'data:', 'https://a.example', "'none'"),
    );
    const policies = fc
      .record({
        directives: fc.dictionary(
          fc.constantFrom(...cspDirectives),
          fc.oneof(fc.array(source, { maxLength: 3 }), fc.constant(null)),
        ),
        permissions: fc.dictionary(
          fc.oneof(fc.string({ maxLength: 8 }), fc.constant('camera')),
          fc.array(source, { maxLength: 2 }),
        ),
      })
      .map(({ directives, permissions }) => ({ ...csp(directives, 'enforce'), permissions }) as HeaderPolicy);

    fc.assert(
      fc.property(policies, policies, (environment, application) => {
        if (faultsOfHeaders(environment).length + faultsOfHeaders(application).length > 0) return;
        const effective = merged(environment, application);
        for (const { value } of headerLines(effective)) expect(value).toMatch(/^[\x20-\x7e]+$/);
        const [policy] = effective.headers.filter((each) => each.name === 'content-security-policy');
        // As many directives as were given: none came in by the name of a source.
        if (policy !== undefined) expect(policy.value.split(';')).toHaveLength(effective.directives.size);
      }),
    );
  });
});

describe('what somebody should know before it is sent', () => {
  it.each([
    [csp({ 'default-src': ["'self'"] }, 'enforce'), 'keeps its own'],
    [csp({}, 'enforce'), 'no directive is given'],
    [csp({ 'img-src': ["'self'"] }, 'enforce'), 'Without default-src'],
    [csp({ 'default-src': ["'self'", "'unsafe-inline'"] }, 'enforce'), 'smuggled'],
    [csp({ 'default-src': ["'self'"], 'script-src': ['https:'] }, 'enforce'), 'https: in script-src'],
    [csp({ 'default-src': ["'self'"], 'frame-ancestors': ['https://a.example'] }, 'enforce'), 'X-Frame-Options'],
    [{ strictTransport: { maxAge: 600, includeSubDomains: true, preload: true } }, 'max-age of a year'],
    [{ strictTransport: { maxAge: 31_536_000, includeSubDomains: true, preload: true } }, 'take that back'],
  ])('is told of %j', (policy, words) => {
    expect(headerWarnings(merged(policy as HeaderPolicy)).join(' ')).toContain(words);
  });

  it('is nothing where there is nothing', () => {
    expect(headerWarnings(merged({ ...csp({ 'script-src': ['*'] }, 'off'), referrerPolicy: 'origin' }))).toEqual([]);
  });
});
