import { type EnvironmentId, missingCapabilities, type SiteCapabilities, type SiteId } from '@almanac/domain';
import type { Manifest, RolloutStrategy } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { PinnedForSites } from '#features/settings';
import type { Tables } from '#tables';

/** What the sites of an environment can do, and how the environment wants versions to be brought. */
export interface Offers {
  /** The strategy that holds whatever manifests say. */
  readonly rollout: RolloutStrategy | null;
  /** Sites that never reported are left out. */
  readonly capabilities: ReadonlyMap<SiteId, SiteCapabilities>;
}

export async function readOffers(db: Kysely<Tables>, environment: EnvironmentId): Promise<Offers> {
  const { rollout } = await db
    .selectFrom('environments')
    .select('rollout')
    .where('id', '=', environment)
    .executeTakeFirstOrThrow();
  const sites = await db
    .selectFrom('sites')
    .select(['id', 'capabilities'])
    .where('environmentId', '=', environment)
    .where('capabilities', 'is not', null)
    .execute();
  return { rollout, capabilities: new Map(sites.map((site) => [site.id, site.capabilities ?? {}])) };
}

/** What a build needs on a site and is known not to be there. A connection with a value needs nothing of the site. */
export function lacksOn(input: {
  readonly manifest: Manifest;
  readonly pinned: PinnedForSites;
  readonly rollout?: RolloutStrategy | undefined;
  readonly site: { readonly id: SiteId };
  readonly offers: Offers;
}): readonly string[] {
  const { manifest, pinned, site, offers } = input;
  const bound = pinned.settings[site.id]?.secret ?? {};
  const provided = Object.entries(manifest.connections).filter(([key]) => !(key in bound));
  const { strategy } = input.rollout ?? offers.rollout ?? manifest.rollout;
  return missingCapabilities(
    {
      toolchains: Object.values(manifest.modules).flatMap((each) => each.toolchain ?? []),
      connections: provided.map(([, { type }]) => type),
      strategies: [strategy],
    },
    offers.capabilities.get(site.id) ?? {},
  );
}
