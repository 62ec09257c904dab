import type { PrincipalId } from '../identity/id.ts';
import type { Permission } from './capabilities.ts';

/** Which rows a caller may see; every store and view takes one. For now everybody who is signed in sees all. */
export type Scope = { readonly kind: 'all' };

/** Who asks: a signed-in person or service account, a builder, or the system itself (timers, following a branch). */
export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'principal'; readonly id: PrincipalId; readonly name: string; readonly role: Role }
  | { readonly kind: 'agent'; readonly site: string; readonly name: string }
  | { readonly kind: 'system'; readonly name: string };

/** The name under which an actor stands in records. */
export function actorName(actor: Actor): string {
  return actor.kind === 'anonymous' ? 'anonymous' : actor.name;
}

/** `administrator` may do everything; `builder` claims and completes jobs and nothing else. */
export type Role = 'administrator' | 'builder';

export type Decision =
  | { readonly allowed: true; readonly scope: Scope }
  | { readonly allowed: false; readonly why: string };

/** Decides whether `actor` may use what asks for `permission`. Default deny: whatever is not listed is refused. */
export function authorize(actor: Actor, permission: Permission): Decision {
  const allowed: Decision = { allowed: true, scope: { kind: 'all' } };
  if (permission === 'public') return allowed;
  if (actor.kind === 'anonymous') return { allowed: false, why: 'nobody is signed in' };
  if (actor.kind === 'system') return allowed;
  if (permission === 'agent') {
    return actor.kind === 'agent' ? allowed : { allowed: false, why: 'only the agent of a site may do this' };
  }
  if (actor.kind === 'agent') return { allowed: false, why: 'an agent may only use the routes for agents' };
  if (permission === 'builder') {
    return actor.role === 'builder' ? allowed : { allowed: false, why: 'only a builder may do this' };
  }
  if (actor.role === 'administrator') return allowed;
  return { allowed: false, why: 'a builder may only use the routes for builders' };
}
