import { type Actor, type PrincipalId, refuse } from '@almanac/domain';
import type { Principal } from '@almanac/protocol';

/** The principal who asks. */
export function ownId(actor: Actor): PrincipalId {
  return actor.kind === 'principal' ? actor.id : refuse('not-permitted', 'only a person or a service account has this');
}

/** A principal as everybody may know it. */
export function presentPrincipal(row: Principal): Principal {
  return { id: row.id, kind: row.kind, name: row.name, displayName: row.displayName, role: row.role, team: row.team };
}
