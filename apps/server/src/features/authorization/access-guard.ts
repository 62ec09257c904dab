import {
  type AccessObject,
  type AccessScope,
  type Actor,
  admit,
  authorize,
  type Capability,
  capabilities,
  type Decision,
  nothing,
  type PrincipalAccess,
  type RefusalCode,
  type Roles,
  rightsOf,
  scopeOf,
} from '@almanac/domain';
import type { Kysely } from 'kysely';
import { type Access, type AccessGuard, AccessRefused } from '#platform/http';
import { scopeKey } from '#scope';
import type { Tables } from '#tables';
import { locateLate } from './locate.ts';
import { type AskedObject, locateObjects } from './locate-objects.ts';
import { refusalWords } from './refusal-words.ts';

/** The one way in which `authorize` is asked: before a route is used, of each object of a request, and of what comes late. */
export const accessGuard: AccessGuard = {
  admit: (actor, route) => {
    const decision = admit(actor, route.permission);
    const code = unknown[actor.kind] ?? 'not-permitted';
    if (!decision.allowed) throw new AccessRefused({ code, detail: `${route.summary}: ${decision.why}` });
  },
  decide: async (db, { actor, route, parsed }) => {
    if (route.of === undefined) return;
    const capability = route.permission.slice('capability:'.length) as Capability;
    for await (const asked of locateObjects(db, { capability, of: route.of, parsed })) await insist(db, actor, asked);
  },
  accessOf,
  isSame: (before, now) => {
    if (before.kind !== 'principal' || now.kind !== 'principal') return before.kind === now.kind;
    if (before.access === now.access && before.roles === now.roles) return true;
    return (
      before.id === now.id &&
      capabilities.every((each) => keyFor(before, each) === keyFor(now, each)) &&
      rightsOf(before.access, before.roles).join() === rightsOf(now.access, now.roles).join()
    );
  },
};

function keyFor(actor: Actor, capability: Capability): string {
  return scopeKey(scopeFor(actor, capability));
}

/** What somebody who may not is told, where it is not that others may. */
const unknown: Partial<Record<Actor['kind'], RefusalCode>> = {
  anonymous: 'not-signed-in',
  arriving: 'second-factor-needed',
};

/** What somebody may do, for one command or request. */
export function accessOf(actor: Actor): Access {
  return {
    scopeOf: (capability) => scopeFor(actor, capability),
    ask: async (db, question) => {
      if (actor.kind === 'system') return;
      for (const found of await locateLate(db, question))
        await insist(db, actor, { ...found, capability: question.capability });
    },
  };
}

async function insist(db: Kysely<Tables>, actor: Actor, asked: AskedObject): Promise<void> {
  const decision = decideOn(actor, asked);
  if (decision.allowed) return;
  if (decision.hidden && asked.absent !== null) throw new AccessRefused({ code: 'not-found', detail: asked.absent });
  throw new AccessRefused({ code: 'not-permitted', detail: await refusalWords(db, { actor, asked, decision }) });
}

function decideOn(actor: Actor, { capability, object }: { capability: Capability; object: AccessObject }): Decision {
  return authorize(actor, `capability:${capability}`, object);
}

/**
 * Scopes of somebody are the same for as long as what decides them is: it is read anew when that changes. Roles count too: the
 * limits of a token, and of where somebody is, leave less of them.
 */
const known = new WeakMap<PrincipalAccess, WeakMap<Roles, Map<Capability, AccessScope>>>();

function scopeFor(actor: Actor, capability: Capability): AccessScope {
  if (actor.kind === 'system') return { kind: 'everything' };
  if (actor.kind !== 'principal') return nothing(capability);
  const byRoles = known.get(actor.access) ?? new WeakMap<Roles, Map<Capability, AccessScope>>();
  known.set(actor.access, byRoles);
  const scopes = byRoles.get(actor.roles) ?? new Map<Capability, AccessScope>();
  byRoles.set(actor.roles, scopes);
  const scope = scopes.get(capability) ?? scopeOf(actor.access, actor.roles, { capability, ...environmentsOf(actor) });
  scopes.set(capability, scope);
  return scope;
}

function environmentsOf({ environments }: Extract<Actor, { kind: 'principal' }>) {
  return { environments };
}
