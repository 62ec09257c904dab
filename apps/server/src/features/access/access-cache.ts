import type { PrincipalAccess, PrincipalActor, PrincipalId, RoleId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import { type AccessRules, actorOf, readPrincipals, readRules } from './read-access.ts';

/** Gives actors as they stand at a version of what decides access, read once for each version. */
export type AccessCache = (
  version: number,
  principals: readonly PrincipalId[],
) => Promise<ReadonlyMap<PrincipalId, PrincipalActor>>;

/** More are forgotten at once: somebody who comes again is read again. */
const mostKept = 5000;

/**
 * Keeps what decides access. Whoever asks says the version that the database has now, which they read with the credential,
 * so nothing that is kept is ever older than the question, on any node and without a message between nodes. What is read
 * after its version may be newer than it, and is then read once more.
 */
export function createAccessCache(db: Kysely<Tables>): AccessCache {
  let kept: { readonly version: number; readonly rules: AccessRules } | undefined;
  let principals = new Map<PrincipalId, PrincipalAccess>();
  return async (version, ids) => {
    const rules = kept?.version === version ? kept.rules : await readRules(db);
    if (kept?.rules !== rules) {
      // A slower question of an earlier version takes nothing away from a later one.
      if (kept === undefined || kept.version < version) {
        kept = { version, rules };
        principals = new Map();
      }
    }
    const known = kept?.version === version ? principals : new Map<PrincipalId, PrincipalAccess>();
    const missing = ids.filter((id) => !known.has(id));
    const read = await readPrincipals(db, missing);
    // Somebody may have been given, after the roles were read, a role that was made since.
    const usable = [...read.values()].every((each) => rolesIn(each).every((role) => rules.roles.has(role)))
      ? rules
      : await readRules(db);
    const found = new Map<PrincipalId, PrincipalActor>();
    for (const id of new Set(ids)) {
      const access = read.get(id) ?? known.get(id);
      if (access !== undefined) found.set(id, actorOf(access, usable));
    }
    if (known.size + read.size > mostKept) known.clear();
    for (const [id, access] of read) known.set(id, access);
    return found;
  };
}

function rolesIn(access: PrincipalAccess): readonly RoleId[] {
  return [access.defaultRole, ...access.memberships.values(), ...access.grants.values()];
}
