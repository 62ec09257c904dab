import { createHash } from 'node:crypto';
import {
  type ApplicationId,
  type EnvironmentId,
  type PinnedSettings,
  resolveSettings,
  type SiteId,
  type ValueBack,
} from '@almanac/domain';
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
    /** Values that a plan sets back, each at its place. */
    readonly back?: readonly ValueBack[] | undefined;
    /** Some sites of the environment alone. */
    readonly only?: readonly SiteId[];
  },
): Promise<PinnedForSites> {
  const { given = [], back = [], only } = input;
  const stored = await db
    .selectFrom('settingValues')
    .select(['key', 'level', 'selector', 'value', 'secret'])
    .where('applicationId', '=', input.application)
    .where('environmentId', '=', input.environment)
    .execute();
  const values = [
    ...stored
      .filter((each) => each.level !== 'environment' || !given.some(({ key }) => key === each.key))
      .filter((each) => !back.some((other) => isAt(each, other))),
    ...back.flatMap(({ after, ...place }) => (after === null ? [] : [{ ...place, value: after }])),
    ...given.map((each) => ({ ...each, level: 'environment' as const, selector: '' })),
  ];
  // A value that was set while the manifest said otherwise of its secrecy is none: it would be shown, or not be opened.
  const definitions = definitionsOf(input.manifest);
  const usable = values.filter((each) => definitions[each.key]?.secret === each.secret);
  const sites = await db
    .selectFrom('sites')
    .select(['id', 'name', 'labels'])
    .where('environmentId', '=', input.environment)
    .$if(only !== undefined, (each) => each.where('id', 'in', [...(only ?? [])]))
    .orderBy('name')
    .execute();
  const resolved = sites.map((site) => ({
    site,
    ...resolveSettings({ definitions, values: usable, site }),
  }));
  const settings = Object.fromEntries(resolved.map(({ site, plain, secret }) => [site.id, { plain, secret }]));
  return {
    settings,
    hash: hashOf(settings),
    missing: resolved
      .filter((each) => each.missing.length > 0)
      .map((each) => ({ site: each.site.name, keys: each.missing })),
  };
}

function isAt(
  value: { readonly key: string; readonly level: string; readonly selector: string },
  place: Pick<ValueBack, 'key' | 'level' | 'selector'>,
): boolean {
  return value.key === place.key && value.level === place.level && value.selector === place.selector;
}

/** What sites would notice of settings, whatever the order of their keys. */
function hashOf(settings: PinnedForSites['settings']): string {
  const facts = Object.entries(settings).map(([site, { plain, secret }]) => [
    site,
    Object.entries(plain).toSorted(byKey),
    Object.entries(secret).toSorted(byKey),
  ]);
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/**
 * Settings that were pinned at an earlier time, for the sites of now: a site that came since gets what is set now, one
 * that is gone is left out. Secrets are those of then, in the envelopes in which they were kept.
 */
export async function pinEarlierSettings(
  db: Kysely<Tables>,
  input: {
    readonly application: ApplicationId;
    readonly environment: EnvironmentId;
    readonly manifest: Manifest;
    readonly earlier: PinnedSettings;
  },
): Promise<PinnedForSites> {
  const now = await pinSettings(db, input);
  const settings = Object.fromEntries(
    Object.entries(now.settings).map(([site, present]) => [site, input.earlier[site] ?? present]),
  );
  const names = await db
    .selectFrom('sites')
    .select(['id', 'name'])
    .where('environmentId', '=', input.environment)
    .execute();
  const required = Object.entries(definitionsOf(input.manifest)).flatMap(([key, each]) => (each.required ? [key] : []));
  const missing = Object.entries(settings).flatMap(([site, { plain, secret }]) => {
    const keys = required.filter((key) => plain[key] === undefined && secret[key] === undefined);
    return keys.length === 0 ? [] : [{ site: names.find((each) => each.id === site)?.name ?? site, keys }];
  });
  return { settings, hash: hashOf(settings), missing };
}
