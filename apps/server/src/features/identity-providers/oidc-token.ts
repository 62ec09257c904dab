import { faultOfJson, usualJson } from '#platform/http';
import { ProviderFault } from './provider-fault.ts';

/** What the header of a token may say; whatever names a key or an address of one is not for us to follow. */
const knownMembers = new Set(['alg', 'kid', 'typ', 'x5t', 'x5t#S256']);

interface Expected {
  readonly clientId: string;
  readonly algorithms: readonly string[];
}

/**
 * Refuses an ID token that is odd, beside what the library verifies: one that can be read in two ways, brings its own key,
 * is of another kind, or was made for another client.
 *
 * @throws {ProviderFault}
 */
export function refuseOddToken(token: string, expected: Expected): void {
  refuseOdd(token, expected, ['JWT']);
}

/** The same for the message that somebody signed out. */
export function refuseOddLogout(token: string, expected: Expected): void {
  refuseOdd(token, expected, ['JWT', 'LOGOUT+JWT']);
}

function refuseOdd(token: string, expected: Expected, types: readonly string[]): void {
  const [header, claims] = token.split('.').slice(0, 2).map(decoded);
  const odd = Object.keys(header ?? {}).find((each) => !knownMembers.has(each));
  if (odd !== undefined)
    throw new ProviderFault('provider', `the header of the token says ${odd}, which nobody may say`);
  if (!expected.algorithms.includes(String(header?.['alg'])))
    throw new ProviderFault('provider', `the token is signed by ${String(header?.['alg'])}`);
  const { typ } = header ?? {};
  if (typ !== undefined && !types.includes(String(typ).toUpperCase()))
    throw new ProviderFault('provider', `the token is a ${String(typ)}, which is another kind`);
  const { azp } = claims ?? {};
  if (azp !== undefined && azp !== expected.clientId)
    throw new ProviderFault('provider', 'the token was made for another client');
}

function decoded(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const text = Buffer.from(part ?? '', 'base64url').toString('utf8');
  const fault = faultOfJson(text, usualJson);
  if (fault !== undefined) throw new ProviderFault('provider', `the token: ${fault}`);
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
