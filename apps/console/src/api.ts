import { createClient, ProblemError } from '@almanac/client';
import { QueryClient } from '@tanstack/react-query';
import { createStepUp } from './step-up.ts';

/** Where the page asks for a proof when the server wants one. */
export const stepUp = createStepUp((input, init) => fetch(input, init));

/** The REST API of the server that serves this page; the session cookie travels with every call. */
export const api = createClient({ baseUrl: '', fetch: stepUp.fetch });

/** Reads are kept until a live event says that something changed; refusals are not tried again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: true,
        retry: (count, error) => !(error instanceof ProblemError) && count < 3,
      },
    },
  });
}

export function isProblem(error: unknown, code: string): boolean {
  return error instanceof ProblemError && error.problem.code === code;
}
