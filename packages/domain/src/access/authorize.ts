import type { PrincipalId } from '../identity/id.ts';
import type { IdentityProviderId } from '../identity-provider/external-identity.ts';
import { type AccessObject, type Lack, lackOf } from './access-object.ts';
import type { AllowLists, Origin } from './allow-lists.ts';
import { readableAudit } from './audit-readers.ts';
import type { Capability, Permission, Right } from './capabilities.ts';
import { outsideOf, rightsFrom } from './origin-limits.ts';
import { type PrincipalAccess, type Roles, rightsOf, roleOf } from './resolve-access.ts';
import type { GovernedEnvironment } from './role.ts';
import type { TokenLimits } from './token-limits.ts';

/** Who asks: a signed-in person or service account, a builder, or the system itself (timers, following a branch). */
export type Actor =
  | { readonly kind: 'anonymous' }
  | PrincipalActor
  /** Somebody whose sign-in lacks its second step: they may take it, and nothing else. */
  | { readonly kind: 'arriving'; readonly id: PrincipalId; readonly name: string }
  | { readonly kind: 'builder'; readonly id: PrincipalId; readonly name: string }
  | { readonly kind: 'agent'; readonly site: string; readonly name: string }
  /** An identity provider, by its token for SCIM: it reaches its own people and groups, and nothing else. */
  | { readonly kind: 'scim-client'; readonly provider: IdentityProviderId; readonly name: string }
  | { readonly kind: 'system'; readonly name: string };

/** A person or a service account, with everything that decides what it may do, as it was when it asked. */
export interface PrincipalActor {
  readonly kind: 'principal';
  readonly id: PrincipalId;
  readonly name: string;
  readonly access: PrincipalAccess;
  readonly roles: Roles;
  readonly environments: readonly GovernedEnvironment[];
  /** Whether they proved who they are lately enough for what is sensitive; a service account's token always does. */
  readonly proved?: boolean;
  /** The limits of the token that they come with: what decides access was cut down to them already. */
  readonly limits?: TokenLimits;
  /** Where they come from: what decides access was cut down to what counts from there. Absent for what runs by itself. */
  readonly from?: {
    readonly address: string;
    /** The roles as they count from networks that are allowed to all of them. */
    readonly rolesElsewhere: Roles;
  };
}

/** The name under which an actor stands in records. */
export function actorName(actor: Actor): string {
  return actor.kind === 'anonymous' ? 'anonymous' : actor.name;
}

export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly why: string;
      /** Whether nothing may be said of the object, not even that it is there: whoever asks may not list it. */
      readonly hidden: boolean;
      /** What is missing of a capability. */
      readonly lack?: Lack;
    };

const allowed: Decision = { allowed: true };
const refused = (why: string): Decision => ({ allowed: false, why, hidden: false });

/**
 * Decides everything: whether `actor` may do to `object` what asks for `permission`. Default deny: whatever is not listed is
 * refused. A capability is asked of an object, a right of the installation.
 */
export function authorize(actor: Actor, permission: Permission, object: AccessObject): Decision {
  const admitted = admit(actor, permission);
  if (!admitted.allowed || actor.kind !== 'principal') return admitted;
  const capability = capabilityIn(permission);
  if (capability === undefined) return allowed;
  const lack = lackOf(actor.access, actor, { capability, object });
  if (lack === undefined) return allowed;
  const hidden =
    capability === 'list' ||
    lackOf(actor.access, actor, { capability: 'list', object: asListed(object) }) !== undefined;
  const outside = isOnlyOutside(actor, { capability, object }) ? outsideOf(actor, { rule: lack.rule }) : undefined;
  return {
    allowed: false,
    why: `${actor.name} does not hold ${capability} there`,
    hidden,
    lack: outside === undefined ? lack : { ...lack, outside },
  };
}

/** Whether nothing but the network that somebody comes from is in the way. */
function isOnlyOutside(
  actor: PrincipalActor,
  asked: { readonly capability: Capability; readonly object: AccessObject },
): boolean {
  if (actor.from === undefined || actor.from.rolesElsewhere === actor.roles) return false;
  return lackOf(actor.access, { ...actor, roles: actor.from.rolesElsewhere }, asked) === undefined;
}

/** Whether requests may come in from an address at all: decided before anybody is asked who they are. */
export function admitOrigin(lists: Pick<AllowLists, 'entrances'>, { entrance, address }: Origin): Decision {
  const allowList = lists.entrances[entrance];
  return allowList === null || allowList.has(address) ? allowed : refused('requests from this network are refused');
}

/**
 * Whether `actor` is one of those who may ask for `permission` at all: decided before anything is looked at, so that the
 * answer says nothing of what there is. Rights are decided by it, capabilities only once their object is known.
 */
export function admit(actor: Actor, permission: Permission): Decision {
  if (permission === 'public') return allowed;
  if (actor.kind === 'anonymous') return refused('nobody is signed in');
  if (actor.kind === 'system') return allowed;
  if (actor.kind === 'arriving') return permission === 'arriving' ? allowed : refused('the sign-in is not complete');
  if (permission === 'agent') return actor.kind === 'agent' ? allowed : refused('only the agent of a site may do this');
  if (actor.kind === 'agent') return refused('an agent may only use the routes for agents');
  if (permission === 'scim-client')
    return actor.kind === 'scim-client'
      ? allowed
      : refused('only an identity provider with its token for SCIM may do this');
  if (actor.kind === 'scim-client') return refused('a token for SCIM may only use the routes for SCIM');
  if (permission === 'builder') return actor.kind === 'builder' ? allowed : refused('only a builder may do this');
  if (actor.kind === 'builder') return refused('a builder may only use the routes for builders');
  if (!actor.access.active) return refused('the account is deactivated');
  if (permission === 'signed-in' || permission === 'arriving' || capabilityIn(permission) !== undefined) return allowed;
  if (permission === 'audit-reader')
    return readableAudit(actor).length > 0
      ? allowed
      : refused(`no role of ${actor.name} holds a right to read the audit, or a category of it (read-audit-of-…)`);
  const right = permission.slice('right:'.length) as Right;
  if (rightsFrom(actor).includes(right)) return allowed;
  const { from } = actor;
  if (from === undefined || !rightsOf(actor.access, from.rolesElsewhere).includes(right))
    return refused(`no role of ${actor.name} holds the right ${right}`);
  const what = rightsOf(actor.access, actor.roles).includes(right)
    ? 'an environment is changed'
    : `the role ${roleOf(actor.roles, actor.access.defaultRole).displayName} counts`;
  return refused(`${what} only from the networks of its allow list, and not from ${from.address}`);
}

/** To list what belongs to no environment, it is enough to list it in one. */
function asListed(object: AccessObject): AccessObject {
  return object.kind === 'application' ? { ...object, in: 'some' } : object;
}

function capabilityIn(permission: Permission): Capability | undefined {
  return permission.startsWith('capability:') ? (permission.slice('capability:'.length) as Capability) : undefined;
}
