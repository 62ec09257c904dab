import { type Category, DomainError, type RefusalCode, refusals } from '@almanac/domain';
import { HostFault } from '@almanac/host';
import type { Problem } from '@almanac/protocol';
import { databaseFault } from '#platform/database';

/** The only place in which a refusal gets an HTTP status. */
const statusOf = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  precondition: 412,
  limited: 429,
} as const satisfies Record<Category, number>;

const statusOfCode: Readonly<Record<string, number>> = {
  'revision-required': 428,
  'unsupported-media-type': 415,
  'method-not-allowed': 405,
  'address-too-long': 414,
  'headers-too-large': 431,
  'too-large': 413,
  'disk-full': 507,
  overloaded: 503,
};

/** The problem document of an error; a defect shows nothing but the id under which it is logged. */
export function problemOf(error: unknown, instance: string): { readonly problem: Problem; readonly expected: boolean } {
  if (error instanceof DomainError) {
    const { code, detail, faults } = error.refusal;
    const { category, title } = refusals[code];
    const status = statusOfCode[code] ?? statusOf[category];
    return {
      expected: true,
      problem: {
        ...common(code, instance),
        title,
        status,
        detail,
        category,
        ...(faults === undefined ? {} : { errors: [...faults] }),
      },
    };
  }
  const outside = error instanceof HostFault ? error.message : databaseFault(error);
  if (outside !== undefined) {
    return {
      expected: false,
      problem: {
        ...common('fault', instance),
        title: 'Something outside Almanac failed',
        status: 503,
        detail: outside,
        category: 'fault',
      },
    };
  }
  const framework = frameworkProblem(error);
  if (framework !== undefined)
    return { expected: true, problem: { ...common(framework.code, instance), ...framework } };
  return {
    expected: false,
    problem: {
      ...common('defect', instance),
      title: 'A defect of Almanac',
      status: 500,
      detail: `This should not have happened. The server's log has it under ${instance}.`,
      category: 'defect',
    },
  };
}

function common(code: string, instance: string): Pick<Problem, 'type' | 'code' | 'instance'> {
  return { type: `https://almanac.invalid/problems/${code}`, code, instance };
}

const codeOfStatus: Readonly<Record<number, RefusalCode>> = {
  413: 'too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
};

/** What Fastify itself refuses: bodies that are too large or no JSON, too many requests. */
function frameworkProblem(
  error: unknown,
): Pick<Problem, 'title' | 'status' | 'detail' | 'category' | 'code'> | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return undefined;
  const status = error.statusCode;
  if (status >= 500) return undefined;
  const code = codeOfStatus[status] ?? 'invalid-request';
  const { title, category } = refusals[code];
  return { code, title, category, status, detail: error.message };
}
