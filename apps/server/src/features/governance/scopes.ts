import { type EnvironmentId, type Fault, type PolicyScope, refuse } from '@almanac/domain';
import { type Calendar, calendarFault } from '@almanac/domain/governance';
import type { Kysely } from 'kysely';
import { findEnvironment } from '#features/environments';
import type { Tables } from '#tables';

export interface ScopeColumns {
  readonly scope: PolicyScope['kind'];
  readonly environmentId: EnvironmentId | null;
}

export async function toColumns(db: Kysely<Tables>, scope: PolicyScope): Promise<ScopeColumns> {
  if (scope.kind === 'estate') return { scope: 'estate', environmentId: null };
  return { scope: scope.kind, environmentId: (await findEnvironment(db, scope.environment)).id };
}

export function toScope(row: {
  readonly scope: PolicyScope['kind'];
  readonly environmentName: string | null;
}): PolicyScope {
  return row.scope === 'estate' ? { kind: 'estate' } : { kind: row.scope, environment: row.environmentName ?? '' };
}

/** Scopes that hold in an environment: the estate, itself, and the paths that lead to it. */
export async function scopesOf(db: Kysely<Tables>, environment: EnvironmentId): Promise<readonly ScopeColumns[]> {
  const parents = new Map(
    (await db.selectFrom('environments').select(['id', 'promotesFrom']).execute()).map((row) => [
      row.id,
      row.promotesFrom,
    ]),
  );
  const path: EnvironmentId[] = [];
  for (let at: EnvironmentId | null = environment; at !== null && !path.includes(at); at = parents.get(at) ?? null)
    path.push(at);
  return [
    { scope: 'estate', environmentId: null },
    { scope: 'environment', environmentId: environment },
    ...path.map((environmentId) => ({ scope: 'path' as const, environmentId })),
  ];
}

interface Placed {
  readonly pointer: string;
  readonly calendar: Calendar;
}

/** Every fault of calendars, each with its place. */
export function faultsOfCalendars(calendars: readonly Placed[]): readonly Fault[] {
  return calendars.flatMap(({ pointer, calendar }) => {
    const fault = calendarFault(calendar);
    return fault === null ? [] : [{ pointer: `${pointer}/${fault.field}`, detail: fault.detail }];
  });
}

/** Refuses calendars that cannot be used, every fault at once. */
export function refuseFaultyCalendars(calendars: readonly Placed[]): void {
  const faults = faultsOfCalendars(calendars);
  if (faults.length > 0) refuse('invalid-request', 'a calendar cannot be used', faults);
}
