import type { EnvironmentId, SiteId } from '@almanac/domain';
import type { CommandContext } from '#platform/http';

/** So many sites of an environment are named one by one; of more it is said that its sites changed. */
const mostNamed = 20;

/** Tells that sites changed. What is told of many at once is told once: everybody who listens would look anew each time. */
export async function recordSites(
  context: Pick<CommandContext, 'recordAll'>,
  changed: readonly { readonly id: SiteId; readonly environmentId: EnvironmentId }[],
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const byEnvironment = Map.groupBy(changed, (each) => each.environmentId);
  await context.recordAll(
    [...byEnvironment].flatMap(([environment, sites]) =>
      sites.length > mostNamed
        ? [{ kind: 'site-changed' as const, subject: { environment, ...more } }]
        : sites.map(({ id }) => ({ kind: 'site-changed' as const, subject: { site: id, environment, ...more } })),
    ),
  );
}
