import { OutboundFault } from '@almanac/host';
import { ResultCodeError } from 'ldapts';
import { UnsoundMessage } from './ldap-messages.ts';
import { ProviderFault } from './provider-fault.ts';

/** What the results of a directory mean for whoever configured it (RFC 4511, appendix A.2). */
const sentences: Readonly<Record<number, string>> = {
  3: 'a search took it too long; is there an index for the filter?',
  4: 'it finds more than it gives out, and does not give it out in pages',
  8: 'it wants another way to sign in than name and password',
  10: 'it sends us to another directory; referrals are not followed, so name the one that holds the entries',
  11: 'it gives up a search as too large; is there an index for the filter?',
  13: 'it wants the connection encrypted in another way',
  32: 'one of the bases does not exist, or may not be seen by whom Almanac signs in as',
  34: 'one of the distinguished names is none',
  50: 'whom Almanac signs in as may not search there',
  51: 'it is busy',
  52: 'it is out of service',
};

/** Names of faults by which TLS refuses a server. */
const untrusted = /CERT|SELF_SIGNED|ISSUER|SIGNATURE/;

/** What went wrong with a directory, in a sentence for administrators; what is no fault of it is thrown as it is. */
export function ldapFault(error: unknown): ProviderFault {
  if (error instanceof ProviderFault) return error;
  if (error instanceof OutboundFault) return new ProviderFault('provider', error.message, error);
  if (error instanceof ResultCodeError)
    return new ProviderFault('provider', sentences[error.code] ?? `it answers with the result ${error.code}`, error);
  if (error instanceof UnsoundMessage)
    return new ProviderFault('provider', `it does not speak LDAP: ${error.message}`, error);
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof ReferenceError) throw error;
  return new ProviderFault('provider', connectionSentence(error), error);
}

function connectionSentence(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (untrusted.test(code)) return `its certificate is not trusted, or is of another host (${code})`;
  // The client has no other name for it.
  if (/timed out|too long/.test(error.message)) return 'it did not answer in time';
  return `the connection to it ended${code === '' ? '' : ` (${code})`}`;
}
