import type { Category } from '@almanac/domain';

/** What the exit status says; scripts branch on it. */
export const exitCodes = {
  ok: 0,
  /** The work itself said no: a build or plan failed. */
  workFailed: 1,
  usage: 2,
  cannotConnect: 9,
  defect: 70,
} as const;

export const exitCodeOf = {
  invalid: 2,
  unauthenticated: 3,
  forbidden: 4,
  'not-found': 5,
  conflict: 6,
  precondition: 7,
  limited: 8,
} as const satisfies Record<Category, number>;
