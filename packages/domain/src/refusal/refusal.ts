/** What a refusal means to whoever asked; the HTTP layer and the command line each map it in one table. */
export type Category =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'precondition'
  | 'limited';

/** The closed catalogue of refusals: each expected "no" of Almanac has one stable code. */
export const refusals = {
  'invalid-request': { category: 'invalid', title: 'The request is not valid' },
  'invalid-manifest': { category: 'invalid', title: 'The manifest is not valid' },
  'unsupported-repository': { category: 'invalid', title: 'This kind of repository address is not supported' },
  'invalid-cursor': { category: 'invalid', title: 'The page cursor is not valid' },
  'invalid-filter': { category: 'invalid', title: 'The filter is not valid' },
  'invalid-path': { category: 'invalid', title: 'The path of the change is not valid' },
  'invalid-value': { category: 'invalid', title: 'A value is not valid' },
  'no-target': { category: 'invalid', title: 'The change finds nothing to change' },
  'attribute-fixed': { category: 'invalid', title: 'This attribute does not change' },
  'idempotency-key-reused': { category: 'invalid', title: 'The idempotency key was used for another request' },
  'not-signed-in': { category: 'unauthenticated', title: 'Sign in first' },
  'weak-password': { category: 'invalid', title: 'The password is too easy to guess' },
  'wrong-credentials': { category: 'unauthenticated', title: 'Name or password is wrong' },
  'provider-sign-in-failed': { category: 'unauthenticated', title: 'The sign-in with the provider did not succeed' },
  'no-account': { category: 'forbidden', title: 'There is no account for you here' },
  'wrong-token': { category: 'unauthenticated', title: 'The token is not valid' },
  'second-factor-needed': { category: 'unauthenticated', title: 'The sign-in lacks its second step' },
  'wrong-code': { category: 'unauthenticated', title: 'The code is wrong' },
  'step-up-needed': { category: 'forbidden', title: 'Prove again who you are' },
  'not-permitted': { category: 'forbidden', title: 'You may not do this' },
  'network-not-allowed': { category: 'forbidden', title: 'Not allowed from this network' },
  'cross-site-request': { category: 'forbidden', title: 'The request came from another site' },
  'not-found': { category: 'not-found', title: 'There is no such thing' },
  'already-set-up': { category: 'conflict', title: 'This installation is already set up' },
  'name-taken': { category: 'conflict', title: 'The name is taken' },
  'application-renamed': { category: 'conflict', title: 'The manifest carries another application name' },
  'version-not-above': { category: 'conflict', title: 'The version number is not above the highest one' },
  'build-not-usable': { category: 'conflict', title: 'The build cannot be used for this' },
  'wrong-state': { category: 'conflict', title: 'This is not possible in the present state' },
  'would-shut-you-out': { category: 'conflict', title: 'You could not take this back from where you are' },
  'in-use': { category: 'conflict', title: 'Something still depends on this' },
  'provider-not-tried': { category: 'conflict', title: 'The provider was not tried yet' },
  'plan-has-errors': { category: 'conflict', title: 'The plan has findings that prevent its start' },
  frozen: { category: 'conflict', title: 'The environment is frozen' },
  quarantined: { category: 'conflict', title: 'The build is in quarantine' },
  'confirmation-needed': { category: 'conflict', title: 'Something has to be confirmed first' },
  'evidence-missing': { category: 'conflict', title: 'Evidence that policy asks for is missing' },
  'self-approval': { category: 'forbidden', title: 'Nobody approves a plan of their own' },
  'content-moved': { category: 'conflict', title: 'The plan is not what was looked at' },
  'nothing-to-do': { category: 'conflict', title: 'There is nothing to do' },
  'site-unreachable': { category: 'conflict', title: 'The site is not connected' },
  fenced: { category: 'conflict', title: 'Somebody else holds this work now' },
  'agent-incompatible': { category: 'conflict', title: 'The agent and the server do not speak the same protocol' },
  'digest-mismatch': { category: 'conflict', title: 'The content does not have the digest that was announced' },
  'revision-mismatch': { category: 'precondition', title: 'It was changed by somebody else meanwhile' },
  'revision-required': { category: 'precondition', title: 'Say which revision you change (If-Match)' },
  'too-many-requests': { category: 'limited', title: 'Too many requests' },
  overloaded: { category: 'limited', title: 'The server has more to do than it can' },
  'unsupported-media-type': { category: 'invalid', title: 'The body is of another kind than this takes' },
  'method-not-allowed': { category: 'invalid', title: 'This method is not supported' },
  'address-too-long': { category: 'limited', title: 'The address is too long' },
  'headers-too-large': { category: 'limited', title: 'There are too many headers' },
  'too-large': { category: 'limited', title: 'It is larger than allowed' },
  'disk-full': { category: 'limited', title: 'There is no space left to store this' },
} as const satisfies Record<string, { readonly category: Category; readonly title: string }>;

export type RefusalCode = keyof typeof refusals;

/** One fault in what was sent; `pointer` is a JSON Pointer (RFC 6901) into the request body, or a line and column. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

export interface Refusal {
  readonly code: RefusalCode;
  /** This case, in a sentence, and what to do about it. */
  readonly detail: string;
  readonly faults?: readonly Fault[];
  /** After how many seconds it may be tried again, where that is known. */
  readonly retryAfter?: number;
}

/** The only error class of the domain: an expected refusal. Everything else that is thrown is a fault or a defect. */
export class DomainError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.name = 'DomainError';
    this.refusal = refusal;
  }

  get category(): Category {
    return refusals[this.refusal.code].category;
  }
}

/** Throws a refusal; an expression, so that it can stand where a value is missing. */
export function refuse(code: RefusalCode, detail: string, faults?: readonly Fault[]): never {
  throw new DomainError(faults === undefined ? { code, detail } : { code, detail, faults });
}
