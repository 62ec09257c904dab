import { createHash } from 'node:crypto';
import { type ApplicationId, type EnvironmentId, resolveSettings } from '@almanac/domain';
import type { Manifest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import { definitionsOf } from './definitions.ts';
import type { GivenSetting } from './given-settings.ts';

/** Settings of an application on each site of an environment, as they are now; secrets stay in their envelopes. */
export interface PinnedForSites {
  readonly settings: Readonly<
    Record<
      string,
      { readonly plain: Readonly<Record<string, string>>; readonly secret: Readonly<Record<string, string>> }
    >
  >;
  /** Equal when nothing changed that a site would notice. */
  readonly hash: string;
  /** Required settings without a value, by site. */
  readonly missing: readonly { readonly site: string; readonly keys: readonly string[] }[];
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Resolves the settings of an application for every site of an environment. */
export async function pinSettings(
  db: Kysely<Tables>,
  input: {
    readonly application: ApplicationId;
    readonly environment: EnvironmentId;
    readonly manifest: Manifest;
    /** Values that come with a plan and are not stored yet: they hold for the environment. */
    readonly given?: readonly GivenSetting[];
  },
): Promise<PinnedForSites> {
  const { given = [] } = input;
  const stored = await db
    .selectFrom('settingValues')
    .select(['key', 'level', 'selector', 'value', 'secret'])
    .where('applicationId', '=', input.application)
    .where('environmentId', '=', input.environment)
    .execute();
  const values = [
    ...stored.filter((each) => each.level !== 'environment' || !given.some(({ key }) => key === each.key)),
    ...given.map((each) => ({ ...each, level: 'environment' as const, selector: '' })),
  ];
  // A value that was set while the manifest said otherwise of its secrecy is none: it would be shown, or not be opened.
  const definitions = definitionsOf(input.manifest);
  const usable = values.filter((each) => definitions[each.key]?.secret === each.secret);
  const sites = await db
    .selectFrom('sites')
    .select(['id', 'name', 'labels'])
    .where('environmentId', '=', input.environment)
    .orderBy('name')
    .execute();
  const resolved = sites.map((site) => ({
    site,
    ...resolveSettings({ definitions, values: usable, site }),
  }));
  const settings = Object.fromEntries(resolved.map(({ site, plain, secret }) => [site.id, { plain, secret }]));
  const facts = resolved.map(({ site, plain, secret }) => [
    site.id,
    Object.entries(plain).toSorted(byKey),
    Object.entries(secret).toSorted(byKey),
  ]);
  return {
    settings,
    hash: createHash('sha256').update(JSON.stringify(facts)).digest('hex'),
    missing: resolved
      .filter((each) => each.missing.length > 0)
      .map((each) => ({ site: each.site.name, keys: each.missing })),
  };
}
