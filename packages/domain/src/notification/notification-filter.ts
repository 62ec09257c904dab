import type { ApplicationId, EnvironmentId } from '../identity/id.ts';

/** What somebody wants to be told of; an empty list means everything. */
export interface NotificationFilter {
  /** Kinds, or all kinds of a noun as `plan-*`. */
  readonly events: readonly string[];
  readonly environments: readonly EnvironmentId[];
  readonly applications: readonly ApplicationId[];
}

/** What a notification is about. */
export interface NotificationScope {
  readonly kind: string;
  readonly environment: EnvironmentId | null;
  readonly applications: readonly ApplicationId[];
}

/**
 * Whether a notification is wanted. Who names environments is told of these and of nothing that belongs to none, such
 * as a build; the same holds for applications.
 */
export function isWanted(filter: NotificationFilter, scope: NotificationScope): boolean {
  return (
    (filter.events.length === 0 || filter.events.some((pattern) => isKindOf(pattern, scope.kind))) &&
    (filter.environments.length === 0 ||
      (scope.environment !== null && filter.environments.includes(scope.environment))) &&
    (filter.applications.length === 0 || scope.applications.some((each) => filter.applications.includes(each)))
  );
}

function isKindOf(pattern: string, kind: string): boolean {
  return pattern.endsWith('-*') ? kind.startsWith(pattern.slice(0, -1)) : pattern === kind;
}
