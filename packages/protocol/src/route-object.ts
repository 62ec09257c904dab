import type { Capability } from '@almanac/domain';

/** Where a request says which object it means: a member of its parameters, its query or its body. */
export type At = `params.${string}` | `query.${string}` | `body.${string}`;

/** Asks another capability of an object than the route does: of what it only looks at. */
interface Asking {
  readonly asks?: Capability;
}

/**
 * Of what a route asks its capability. Names and keys are found where they stand in the request; one that is absent there
 * asks nothing. What is not there and what somebody may not list is answered the same.
 */
export type RouteObject =
  /** Rows that lie in the scope of whoever asks; the rest is left out, in the database. */
  | { readonly kind: 'scope' }
  | ({ readonly kind: 'environment'; readonly environment: At } & Asking)
  /** An application in some environment, for what belongs to none; or in every one, for what concerns them all. */
  | ({ readonly kind: 'application'; readonly application: At; readonly in: 'some' | 'every' } & Asking)
  /** One application in one environment. */
  | ({ readonly kind: 'place'; readonly environment: At; readonly application: At } & Asking)
  /** Each application that a list names (as text, or as `application` of its items) in an environment, or in that of a plan. */
  | ({ readonly kind: 'operations'; readonly operations: At } & (
      | { readonly environment: At; readonly plan?: never }
      | { readonly plan: At; readonly environment?: never }
    ) &
      Asking)
  /** Each application that a list names, wherever it is. */
  | ({ readonly kind: 'applications'; readonly applications: At } & Asking)
  /** A site counts as its environment; an application that is looked at there as itself. */
  | ({ readonly kind: 'site'; readonly site: At; readonly application?: At } & Asking)
  | ({ readonly kind: 'build'; readonly build: At } & Asking)
  /** Each application of a plan in its environment, or in another one. */
  | ({ readonly kind: 'plan'; readonly plan: At; readonly elsewhere?: At } & Asking)
  /** Each application of a release. */
  | ({ readonly kind: 'release'; readonly release: At } & Asking)
  | ({ readonly kind: 'hotfix'; readonly hotfix: At } & Asking)
  | ({ readonly kind: 'quarantine'; readonly quarantine: At } & Asking)
  | ({ readonly kind: 'hold'; readonly environment: At; readonly hold: At } & Asking);

/** Rows are left out that lie outside of the scope of whoever asks. */
export const scope = { kind: 'scope' } as const satisfies RouteObject;
