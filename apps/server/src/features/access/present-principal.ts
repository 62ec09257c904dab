import { type Actor, type PrincipalId, refuse } from '@almanac/domain';
import type { Principal } from '@almanac/protocol';

/** The principal who asks. */
export function ownId(actor: Actor): PrincipalId {
  return actor.kind === 'principal' ? actor.id : refuse('not-permitted', 'only a person or a service account has this');
}

/** A principal as everybody may know it. */
export function presentPrincipal({ id, kind, name, displayName, role, teams }: Principal): Principal {
  return { id, kind, name, displayName, role, teams };
}
