import { type Actor, authorize, type GovernedApplication, rightsOf } from '@almanac/domain';

/** Whether an application may be named to somebody: they list it somewhere, or manage all teams and so whose it is. */
export function knowsApplication(actor: Actor, application: GovernedApplication): boolean {
  if (actor.kind === 'principal' && rightsOf(actor.access, actor.roles).includes('manage-teams')) return true;
  return authorize(actor, 'capability:list', { kind: 'application', application, in: 'some' }).allowed;
}
