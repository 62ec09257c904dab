import { createHmac } from 'node:crypto';
import { CompactSign, type CryptoKey, decodeJwt, decodeProtectedHeader, exportSPKI } from 'jose';

/** The keys of a provider, and those of somebody who is none. */
export interface ProviderKeys {
  readonly issuer: CryptoKey;
  readonly issuerPublic: CryptoKey;
  readonly kid: string;
  readonly stranger: CryptoKey;
  readonly strangerJwk: Readonly<Record<string, unknown>>;
}

interface Target {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly token: string;
  readonly keys: ProviderKeys;
  /** An address of the provider at which the keys of the stranger are. */
  readonly strangerKeysUrl: string;
  /** The ID token of the sign-in before this one. */
  readonly before: string | undefined;
}

type Attack = (target: Target) => string | Promise<string>;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function sign(key: CryptoKey, header: Readonly<Record<string, unknown>>, payload: unknown): Promise<string> {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return new CompactSign(bytes)
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(key, { crit: { 'almanac-test': true } });
}

/** Claims that are true otherwise, signed by the issuer. */
const withClaims =
  (change: Readonly<Record<string, unknown>>): Attack =>
  ({ header, claims, keys }) =>
    sign(keys.issuer, header, { ...claims, ...change });

/** Signed by somebody else, with a header that leads to their key. */
const byStranger =
  (change: (target: Target) => Readonly<Record<string, unknown>>): Attack =>
  (target) =>
    sign(target.keys.stranger, { ...target.header, ...change(target) }, target.claims);

/** What a provider that was taken over, or somebody between it and us, could answer instead of an ID token. */
export const attacks = {
  'alg-none': ({ claims }) => `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`,
  'alg-none-with-signature': ({ claims, token }) =>
    `${encode({ alg: 'None' })}.${encode(claims)}.${token.split('.')[2]}`,
  'hs256-with-public-key': async ({ header, claims, keys }) => {
    const signed = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
    const secret = await exportSPKI(keys.issuerPublic);
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  },
  'signed-by-stranger': byStranger(() => ({})),
  jku: byStranger(({ strangerKeysUrl }) => ({ jku: strangerKeysUrl })),
  x5u: byStranger(({ strangerKeysUrl }) => ({ x5u: strangerKeysUrl })),
  jwk: byStranger(({ keys }) => ({ jwk: keys.strangerJwk })),
  'jwk-signed-by-issuer': ({ header, claims, keys }) => sign(keys.issuer, { ...header, jwk: keys.strangerJwk }, claims),
  'kid-of-a-path': byStranger(() => ({ kid: '../../../../../../dev/null' })),
  'kid-of-sql': byStranger(() => ({ kid: `' union select 'x' --` })),
  critical: ({ header, claims, keys }) =>
    sign(keys.issuer, { ...header, crit: ['almanac-test'], 'almanac-test': 1 }, claims),
  'other-kind': ({ header, claims, keys }) => sign(keys.issuer, { ...header, typ: 'at+jwt' }, claims),
  'logout-message': ({ header, claims, keys }) => sign(keys.issuer, { ...header, typ: 'logout+jwt' }, claims),
  tampered: ({ token, claims }) => {
    const [header, , signature] = token.split('.');
    return `${header}.${encode({ ...claims, sub: 'somebody-else' })}.${signature}`;
  },
  'other-audience': withClaims({ aud: 'somebody-else' }),
  'more-audiences': withClaims({ aud: ['almanac', 'somebody-else'] }),
  'other-party': withClaims({ azp: 'somebody-else' }),
  'other-issuer': withClaims({ iss: 'https://issuer.example.com' }),
  expired: withClaims({ exp: 1_000_000_000 }),
  'not-yet': withClaims({ nbf: 4_000_000_000 }),
  'no-nonce': withClaims({ nonce: undefined }),
  'other-nonce': withClaims({ nonce: 'of-another-sign-in' }),
  'nonce-replay': ({ before, token }) => before ?? token,
  'no-subject': withClaims({ sub: '' }),
  'no-expiry': withClaims({ exp: undefined }),
  'repeated-claim': ({ header, claims, keys }) =>
    sign(keys.issuer, header, `${JSON.stringify(claims).slice(0, -1)},"sub":"ada"}`),
  'ten-thousand-groups': withClaims({ groups: Array.from({ length: 10_000 }, (_, index) => `group-${index}`) }),
  'groups-elsewhere': withClaims({ _claim_names: { groups: 'src1' }, _claim_sources: {} }),
  'groups-of-another-shape': withClaims({ groups: { administrators: true } }),
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof attacks;
export const attackNames = Object.keys(attacks) as readonly AttackName[];

export async function attack(name: AttackName, target: Omit<Target, 'header' | 'claims'>): Promise<string> {
  return attacks[name]({
    ...target,
    header: { ...decodeProtectedHeader(target.token) },
    claims: decodeJwt(target.token),
  });
}
