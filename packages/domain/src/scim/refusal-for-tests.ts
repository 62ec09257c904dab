import { DomainError } from '../refusal/refusal.ts';

/** The code of the refusal that some work ends with; undefined where it refuses nothing. */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.refusal.code;
    throw error;
  }
}
