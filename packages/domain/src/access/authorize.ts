import type { PrincipalId } from '../identity/id.ts';
import type { Capability, Permission } from './capabilities.ts';

/** Which rows a caller may see; every store and view takes one. For now everybody who is signed in sees all. */
export type Scope = { readonly kind: 'all' };

/** Who asks: a signed-in person or service account, a builder, or the system itself (timers, following a branch). */
export type Actor =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'principal';
      readonly id: PrincipalId;
      readonly name: string;
      readonly role: Role;
      readonly team: string | null;
    }
  | { readonly kind: 'agent'; readonly site: string; readonly name: string }
  | { readonly kind: 'system'; readonly name: string };

/** The name under which an actor stands in records. */
export function actorName(actor: Actor): string {
  return actor.kind === 'anonymous' ? 'anonymous' : actor.name;
}

/** `administrator` may do everything; `builder` claims and completes jobs and nothing else. */
export const roles = ['administrator', 'deployer', 'approver', 'viewer', 'builder'] as const;
export type Role = (typeof roles)[number];

/** What a role may do in every environment; none of these holds a right of the installation. */
const capabilitiesOf = {
  deployer: ['access', 'list', 'monitor', 'reference', 'change', 'deploy'],
  approver: ['list', 'monitor', 'approve'],
  viewer: ['list', 'monitor'],
} as const satisfies Record<Exclude<Role, 'administrator' | 'builder'>, readonly Capability[]>;

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
  if (actor.role === 'builder') return { allowed: false, why: 'a builder may only use the routes for builders' };
  if (permission === 'signed-in') return allowed;
  const granted: readonly string[] = capabilitiesOf[actor.role].map((each) => `capability:${each}`);
  return granted.includes(permission)
    ? allowed
    : { allowed: false, why: `the role ${actor.role} does not hold ${permission.replace(':', ' ')}` };
}
