import { DomainError, type RefusalCode } from '@almanac/domain';
import type { Problem } from '@almanac/protocol';
import { problemOf } from '#platform/http';

const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** What SCIM calls a refusal (RFC 7644, table 9). */
const scimTypes: Readonly<Partial<Record<RefusalCode, string>>> = {
  'invalid-filter': 'invalidFilter',
  'invalid-path': 'invalidPath',
  'invalid-value': 'invalidValue',
  'invalid-request': 'invalidSyntax',
  'no-target': 'noTarget',
  'attribute-fixed': 'mutability',
  'name-taken': 'uniqueness',
  'too-large': 'tooMany',
};

/** An error as SCIM writes it, and the problem that it was made of. */
export function scimErrorOf(error: unknown, instance: string) {
  const { problem, expected } = problemOf(error, instance);
  const scimType = scimTypes[problem.code as RefusalCode];
  const status = statusOf(problem);
  return {
    status,
    expected,
    problem,
    retryAfter: error instanceof DomainError ? error.refusal.retryAfter : undefined,
    body: {
      schemas: [errorSchema],
      status: String(status),
      ...(scimType === undefined ? {} : { scimType }),
      detail: problem.detail,
    },
  };
}

/** What is invalid is 400 in SCIM; what says itself which status it has keeps it. */
function statusOf({ status }: Problem): number {
  return status === 422 ? 400 : status;
}
