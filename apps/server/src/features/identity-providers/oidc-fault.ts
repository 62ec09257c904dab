import { OutboundFault } from '@almanac/host';
import { errors } from 'jose';
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { ProviderFault } from './provider-fault.ts';

/** What people do at a provider, and what says nothing of its configuration. */
const personal = new Set([
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'invalid_grant',
]);

const sentences: Readonly<Record<string, string>> = {
  OAUTH_TIMEOUT: 'it did not answer in time',
  OAUTH_HTTP_REQUEST_FORBIDDEN: 'it names an address without TLS',
  OAUTH_RESPONSE_IS_NOT_JSON: 'it answered no JSON',
  OAUTH_RESPONSE_IS_NOT_CONFORM: 'it answered with an unexpected status; is the issuer right?',
  OAUTH_PARSE_ERROR: 'its answer cannot be read',
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'the token is too old or too new; are both clocks right?',
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: 'the token is for somebody else: issuer, audience or nonce do not match',
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: 'its description is of another issuer',
  OAUTH_KEY_SELECTION_FAILED: 'the token is not signed by a key of the issuer',
  OAUTH_MISSING_SERVER_METADATA: 'its description lacks an address that is needed',
  OAUTH_INVALID_SERVER_METADATA: 'its description holds an address that is none',
};

/** What went wrong with a provider, in a sentence for administrators; what is no fault of it is thrown as it is. */
export function oidcFault(error: unknown): ProviderFault {
  if (error instanceof ProviderFault) return error;
  if (error instanceof OutboundFault) return new ProviderFault('provider', error.message, error);
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const described = error.error_description === undefined ? '' : `: ${printable(error.error_description)}`;
    return new ProviderFault(
      personal.has(error.error) ? 'person' : 'provider',
      `it answered ${printable(error.error)}${described}`,
      error,
    );
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    // The client is asked for by Basic, the person by Bearer.
    const ofClient = error.cause.some(({ scheme }) => scheme.toLowerCase() === 'basic');
    const what = ofClient ? 'the client ID with this secret' : 'the token that it gave itself';
    return new ProviderFault('provider', `it does not accept ${what} (${error.status})`, error);
  }
  if (error instanceof ClientError) {
    if (error.cause instanceof ProviderFault || error.cause instanceof OutboundFault) return oidcFault(error.cause);
    return new ProviderFault(
      'provider',
      sentences[error.code ?? ''] ?? `its answer is not sound (${error.code})`,
      error,
    );
  }
  if (error instanceof errors.JOSEError)
    return new ProviderFault('provider', `the token cannot be verified (${error.code})`, error);
  if (error instanceof TypeError) return new ProviderFault('provider', 'its answer is not sound', error);
  throw error;
}

function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '').slice(0, 200);
}
