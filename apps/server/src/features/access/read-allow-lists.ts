import { type AllowLists, entrances, type NetworkSet } from '@almanac/domain';
import { networkSetOf } from '@almanac/domain/network';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import type { AllowListContent } from './access.tables.ts';

/** The allow lists that are in force, made ready to be asked. */
export async function readAllowLists(db: Kysely<Tables>): Promise<AllowLists> {
  const { content } = await db.selectFrom('allowLists').select('content').executeTakeFirstOrThrow();
  return allowListsOf(content);
}

export function allowListsOf(content: AllowListContent): AllowLists {
  const at = entrances.map((each) => {
    const networks = content.entrances[each];
    return [each, networks === null ? null : networkSetOf(networks)] as const;
  });
  return {
    entrances: Object.fromEntries(at) as AllowLists['entrances'],
    roles: byKey(content.roles),
    environments: byKey(content.environments),
  };
}

function byKey<Key extends string>(lists: Readonly<Record<Key, readonly string[]>>): ReadonlyMap<Key, NetworkSet> {
  const all = Object.entries<readonly string[]>(lists);
  return new Map(all.map(([key, networks]) => [key as Key, networkSetOf(networks)]));
}
