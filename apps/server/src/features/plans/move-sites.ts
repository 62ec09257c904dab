import type { movesOf, SiteId } from '@almanac/domain';
import { sql } from 'kysely';
import type { CommandContext } from '#platform/http';

/** Writes which sites are told what now, for operations that go over rings, and gives those that are told otherwise. */
export async function moveSites(
  context: CommandContext,
  moves: ReturnType<typeof movesOf>,
): Promise<readonly SiteId[]> {
  const moved = new Set<SiteId>();
  for (const [operation, each] of moves) {
    await sql`
      insert into fleet_sites (operation_id, site_id, ring, told)
      select ${operation.id}::uuid, site, ring, told
      from unnest(${each.map((move) => move.site)}::uuid[], ${each.map((move) => move.ring)}::int[],
        ${each.map((move) => move.told)}::boolean[]) as moves (site, ring, told)
      on conflict (operation_id, site_id) do update set ring = excluded.ring, told = excluded.told`.execute(context.db);
    for (const { site } of each) moved.add(site);
  }
  return [...moved];
}
