import type { Capability } from './capabilities.ts';
import type { Outside } from './origin-limits.ts';
import {
  type AccessRule,
  type GovernedApplication,
  type PrincipalAccess,
  type Roles,
  resolveAccess,
} from './resolve-access.ts';
import { capabilitiesIn, type GovernedEnvironment, placesOf } from './role.ts';

/** What an action is done to, as far as rights depend on it. */
export type AccessObject =
  /** The installation as a whole, and what belongs to whoever asks. */
  | { readonly kind: 'installation' }
  /** Rows of which each is shown or left out by itself, see `AccessScope`. */
  | { readonly kind: 'rows' }
  /** An environment as such: teams and grants say nothing of it. */
  | { readonly kind: 'environment'; readonly environment: GovernedEnvironment }
  /** Applications in one environment: each of them counts. */
  | {
      readonly kind: 'in-environment';
      readonly environment: GovernedEnvironment;
      readonly applications: readonly GovernedApplication[];
    }
  /** An application wherever it is: what belongs to no environment, such as its builds, or what concerns all of them. */
  | { readonly kind: 'application'; readonly application: GovernedApplication; readonly in: 'some' | 'every' };

/** What decides beside the principal: all roles, and all environments there are. */
export interface AccessModel {
  readonly roles: Roles;
  readonly environments: readonly GovernedEnvironment[];
}

/** What is missing, and the rule by which it is. */
export interface Lack {
  /** Of an object with several applications, the one for which it is missing. */
  readonly application: GovernedApplication | null;
  readonly held: readonly Capability[];
  readonly rule: AccessRule;
  /** What it is missing by, where it would not be missing from another network. */
  readonly outside?: Outside;
}

/**
 * What somebody lacks to use a capability on an object; undefined when nothing. Whoever may list anything in an environment
 * may list the environment, too: what they see is somewhere.
 */
export function lackOf(
  principal: PrincipalAccess,
  model: AccessModel,
  asked: { readonly capability: Capability; readonly object: AccessObject },
): Lack | undefined {
  const { capability, object } = asked;
  switch (object.kind) {
    case 'installation':
      return { application: null, held: [], rule: { kind: 'default', role: principal.defaultRole } };
    case 'rows':
      return undefined;
    case 'environment': {
      const access = resolveAccess(principal, model.roles, { environment: object.environment, application: null });
      const holds =
        access.capabilities.includes(capability) ||
        (capability === 'list' && principal.active && listsSomething(principal, model.roles, object.environment));
      return holds ? undefined : { application: null, held: access.capabilities, rule: access.rule };
    }
    case 'in-environment':
      for (const application of object.applications) {
        const access = resolveAccess(principal, model.roles, { environment: object.environment, application });
        if (!access.capabilities.includes(capability))
          return { application, held: access.capabilities, rule: access.rule };
      }
      // Of no application nothing is asked but that there is such an environment for them.
      return object.applications.length > 0
        ? undefined
        : lackOf(principal, model, {
            capability: 'list',
            object: { kind: 'environment', environment: object.environment },
          });
    case 'application': {
      const { application } = object;
      const found = placesOf(model.environments).map((environment) =>
        resolveAccess(principal, model.roles, { environment, application }),
      );
      const holds = (each: { readonly capabilities: readonly Capability[] }) => each.capabilities.includes(capability);
      if (object.in === 'some' ? found.some(holds) : found.every(holds)) return undefined;
      const lacking = found.find((each) => !holds(each));
      return { application, held: lacking?.capabilities ?? [], rule: lacking?.rule ?? { kind: 'inactive' } };
    }
  }
}

/** Whether somebody may list an application of an environment by a team or a grant. */
function listsSomething(principal: PrincipalAccess, roles: Roles, environment: GovernedEnvironment): boolean {
  const named = new Set([...principal.memberships.values(), ...principal.grants.values()]);
  return [...named].some((id) => {
    const role = roles.get(id);
    return role !== undefined && capabilitiesIn(role, environment).includes('list');
  });
}
