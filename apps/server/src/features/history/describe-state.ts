import {
  type ApplicationId,
  type BuildId,
  type DescribedApplication,
  type DescribedState,
  type EnvironmentId,
  type EnvironmentState,
  type Fact,
  type Facts,
  type PinnedSettings,
  ringsWords,
  type SpreadFact,
  spread,
} from '@almanac/domain';
import type { BuildReference, Manifest, RolloutStrategy } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { type EnvironmentPolicy, readPolicies } from '#features/environments';
import { settingUse } from '#features/settings';
import type { SecretBox } from '#platform/secrets';
import type { Tables } from '#tables';
import { readRequirementFacts } from './requirement-facts.ts';

/** A state in the words in which it is shown and compared, with the builds that it names. */
export interface ToldState extends DescribedState {
  readonly builds: ReadonlyMap<ApplicationId, BuildReference | null>;
}

export type DescribeState = (
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly running: EnvironmentState;
    /** Null for now. */
    readonly moment: Date | null;
    /** Without settings and connections it costs half. */
    readonly aspects: 'all' | 'versions';
  },
) => Promise<ToldState>;

/** What a build says of itself; it never changes. */
interface BuildFacts {
  readonly connections: Manifest['connections'];
  readonly scale: Readonly<Record<string, number>>;
  readonly rollout: RolloutStrategy | null;
}

/** Settings as they were pinned, with sites by their keys: what was pinned never changes, and opening secrets costs. */
interface SettingFacts {
  readonly sites: readonly string[];
  readonly facts: Facts;
}

/** So many are remembered: what environments have now and had lately. Settings take more room than what builds say. */
const remembered = { builds: 20_000, contents: 5000 };

export function createDescribeState(box: SecretBox): DescribeState {
  const builds = new Map<BuildId, BuildFacts>();
  const contents = new Map<string, SettingFacts>();
  return async (db, { environment, running, moment, aspects }) => {
    if (builds.size > remembered.builds) builds.clear();
    if (contents.size > remembered.contents) contents.clear();
    const entries = [...running];
    await rememberBuilds(db, {
      builds,
      wanted: entries.map(([, each]) => each.build),
    });
    if (aspects === 'all')
      await rememberSettings(db, {
        contents,
        box,
        environment,
        wanted: new Map(
          entries.flatMap(([application, { settings }]) => (settings === null ? [] : [[settings, application]])),
        ),
      });
    const [{ references, names }, sites, policies, requirements] = await Promise.all([
      readReferences(db, { environment, entries }),
      db.selectFrom('sites').select(['id', 'name']).where('environmentId', '=', environment).execute(),
      readPolicies(db, { environment, moment }),
      readRequirementFacts(db, { environment, moment }),
    ]);
    const siteName = new Map<string, string>(sites.map((each) => [each.id, each.name]));
    const applications = entries.map(([application, each]): [ApplicationId, DescribedApplication] => [
      application,
      {
        name: names.get(application) ?? application,
        facts: factsOf({
          reference: references.get(each.build) ?? null,
          build: builds.get(each.build),
          settings: each.settings === null ? undefined : contents.get(each.settings),
          siteName,
          withSettings: aspects === 'all',
          rollout: policies.environment.rollout,
          labels: policies.placements.get(application) ?? {},
          key: each.build,
        }),
      },
    ]);
    return {
      applications: new Map(applications),
      policy: { ...policyFacts(policies.environment), ...requirements },
      builds: new Map(entries.map(([application, each]) => [application, references.get(each.build) ?? null])),
    };
  };
}

function factsOf(input: {
  readonly reference: BuildReference | null;
  readonly build: BuildFacts | undefined;
  readonly settings: SettingFacts | undefined;
  readonly siteName: ReadonlyMap<string, string>;
  readonly withSettings: boolean;
  readonly rollout: RolloutStrategy | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly key: BuildId;
}): DescribedApplication['facts'] {
  const { build, settings, siteName } = input;
  const connections = input.withSettings ? (build?.connections ?? {}) : {};
  const settingFacts: Record<string, SpreadFact> = {};
  for (const [key, fact] of Object.entries(settings?.facts ?? {}))
    if (!(key in connections)) settingFacts[key] = withNames(fact, siteName);
  const connectionFacts: Record<string, SpreadFact> = {};
  for (const [key, connection] of Object.entries(connections)) {
    const own = plain(`a ${connection.type} database of its own on each ${connection.scope}`);
    const bound = settings?.facts[key];
    connectionFacts[key] =
      bound === undefined || settings === undefined
        ? { everywhere: own }
        : withNames(
            'everywhere' in bound ? bound : { bySite: { ...sameOn(settings.sites, own), ...bound.bySite } },
            siteName,
          );
  }
  const rollout = input.rollout ?? build?.rollout ?? null;
  return {
    version: {
      build: {
        everywhere: { text: input.reference?.label ?? 'a build that is gone', secret: false, identity: input.key },
      },
    },
    settings: settingFacts,
    connections: connectionFacts,
    scale: Object.fromEntries(
      Object.entries(build?.scale ?? {}).map(([module, instances]) => [
        module,
        { everywhere: plain(String(instances)) },
      ]),
    ),
    policy: {
      ...(rollout === null ? {} : { rollout: { everywhere: plain(rolloutWords(rollout)) } }),
      placement: { everywhere: plain(labelWords(input.labels)) },
    },
  };
}

function withNames(fact: SpreadFact, names: ReadonlyMap<string, string>): SpreadFact {
  if ('everywhere' in fact) return fact;
  return {
    bySite: Object.fromEntries(
      Object.entries(fact.bySite).map(([site, each]) => [names.get(site) ?? goneSite(site), each]),
    ),
  };
}

function sameOn(sites: readonly string[], fact: Fact): Record<string, Fact> {
  return Object.fromEntries(sites.map((site) => [site, fact]));
}

function goneSite(site: string): string {
  return `gone-${site.slice(-6)}`;
}

function plain(text: string): Fact {
  return { text, secret: false };
}

function rolloutWords(rollout: RolloutStrategy): string {
  if (rollout.strategy === 'recreate') return rollout.strategy;
  const steps = rollout.strategy === 'canary' ? `, ${rollout.steps.length} steps` : '';
  return `${rollout.strategy}${steps}, ${rollout.maxSurge} more, ${rollout.maxUnavailable} fewer`;
}

function labelWords(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? 'every site' : pairs.toSorted().join(', ');
}

/** The fact that names the environment before this one, and what it says of the first. */
export const promotesFrom = 'promotes from';
export const nothingBefore = 'nothing';

/** What holds for an environment as a whole, by key. */
function policyFacts(policy: EnvironmentPolicy): Facts {
  const { following } = policy;
  const words: Record<string, string> = {
    type: policy.type,
    [promotesFrom]: policy.promotesFrom ?? nothingBefore,
    follows:
      following.kind === 'none'
        ? 'nothing'
        : following.kind === 'branch'
          ? following.branch
          : 'the branch of each application',
    rollout: policy.rollout === null ? 'as the manifest says' : rolloutWords(policy.rollout),
    drift: policy.drift,
    rings: policy.rings == null ? 'none' : ringsWords(policy.rings),
  };
  return Object.fromEntries(Object.entries(words).map(([key, text]) => [key, { everywhere: plain(text) }]));
}

async function rememberBuilds(
  db: Kysely<Tables>,
  input: { readonly builds: Map<BuildId, BuildFacts>; readonly wanted: readonly BuildId[] },
): Promise<void> {
  const unknown = [...new Set(input.wanted)].filter((each) => !input.builds.has(each));
  if (unknown.length === 0) return;
  const rows = await db
    .selectFrom('builds')
    .select([
      'id',
      sql<Manifest['connections'] | null>`manifest -> 'connections'`.as('connections'),
      sql<RolloutStrategy | null>`manifest -> 'rollout'`.as('rollout'),
      sql<Record<string, number> | null>`(
        select jsonb_object_agg(module.key, coalesce(module.value #> '{scale,min}', '1'))
        from jsonb_each(manifest -> 'modules') module)`.as('scale'),
    ])
    .where((where) => where('id', '=', where.fn.any(where.val(unknown))))
    .execute();
  for (const row of rows)
    input.builds.set(row.id, { connections: row.connections ?? {}, scale: row.scale ?? {}, rollout: row.rollout });
}

async function rememberSettings(
  db: Kysely<Tables>,
  input: {
    readonly contents: Map<string, SettingFacts>;
    readonly box: SecretBox;
    readonly environment: EnvironmentId;
    /** Whose they are, by their hashes; only those without secrets may be those of several. */
    readonly wanted: ReadonlyMap<string, ApplicationId>;
  },
): Promise<void> {
  const unknown = [...input.wanted.keys()].filter((each) => !input.contents.has(each));
  const remember = (hash: string, settings: PinnedSettings) => {
    const application = input.wanted.get(hash);
    if (application === undefined) return;
    const fingerprint = (key: string, envelope: string) =>
      input.box.fingerprint(input.box.open(envelope, settingUse({ application, environment: input.environment, key })));
    input.contents.set(hash, readFacts(settings, fingerprint));
  };
  if (unknown.length === 0) return;
  const kept = await db
    .selectFrom('pinnedSettings')
    .select(['hash', 'settings'])
    .where((where) => where('hash', '=', where.fn.any(where.val(unknown))))
    .execute();
  for (const row of kept) remember(row.hash, row.settings);
  const rest = unknown.filter((each) => !input.contents.has(each));
  if (rest.length === 0) return;
  // What a plan changes right now is in no entry yet.
  const present = await db
    .selectFrom('targets')
    .select(['settingsHash', 'settings'])
    .where((where) => where('settingsHash', '=', where.fn.any(where.val(rest))))
    .execute();
  for (const row of present) remember(row.settingsHash, row.settings);
}

function readFacts(settings: PinnedSettings, fingerprint: (key: string, envelope: string) => string): SettingFacts {
  const sites = Object.entries(settings);
  const byKey = new Map<string, Record<string, Fact>>();
  const put = (key: string, site: string, fact: Fact) => {
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { [site]: fact });
    else known[site] = fact;
  };
  for (const [site, values] of sites) {
    for (const [key, value] of Object.entries(values.plain)) put(key, site, plain(value));
    for (const [key, envelope] of Object.entries(values.secret))
      put(key, site, { text: fingerprint(key, envelope), secret: true });
  }
  const facts: Record<string, SpreadFact> = {};
  for (const [key, bySite] of byKey) {
    // What some sites lack does not hold everywhere, though it is the same where it holds.
    const everywhere = Object.keys(bySite).length === sites.length ? spread(bySite) : undefined;
    facts[key] = everywhere ?? { bySite };
  }
  return { sites: sites.map(([site]) => site), facts };
}

/** Builds and names of applications as they are now; the name of one that is gone as history knew it last. */
async function readReferences(
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly entries: readonly (readonly [ApplicationId, { readonly build: BuildId }])[];
  },
): Promise<{
  readonly references: ReadonlyMap<BuildId, BuildReference>;
  readonly names: ReadonlyMap<ApplicationId, string>;
}> {
  const { entries } = input;
  const rows = await db
    .selectFrom('builds')
    .innerJoin('applications', 'applications.id', 'builds.applicationId')
    .leftJoin('versions', 'versions.buildId', 'builds.id')
    .select([
      'builds.id',
      'builds.commit',
      'builds.label',
      'builds.applicationId',
      'applications.name',
      'versions.number as version',
    ])
    .where((where) => where('builds.id', '=', where.fn.any(where.val(entries.map(([, each]) => each.build)))))
    .execute();
  const names = new Map(rows.map((row) => [row.applicationId, row.name]));
  const gone = entries.flatMap(([application]) => (names.has(application) ? [] : [application]));
  if (gone.length > 0)
    for (const [application, name] of await readLastNames(db, input.environment, gone)) names.set(application, name);
  return {
    references: new Map(
      rows.map((row) => [row.id, { id: row.id, commit: row.commit ?? '', label: row.label, version: row.version }]),
    ),
    names,
  };
}

async function readLastNames(
  db: Kysely<Tables>,
  environment: EnvironmentId,
  applications: readonly ApplicationId[],
): Promise<readonly (readonly [ApplicationId, string])[]> {
  const kept = await db
    .selectFrom('history')
    .leftJoin('applications', 'applications.id', 'history.applicationId')
    .select(['applicationId', 'applicationName', 'applications.name'])
    .distinctOn('applicationId')
    .where('environmentId', '=', environment)
    .where((where) => where('applicationId', '=', where.fn.any(where.val([...applications]))))
    .orderBy('applicationId')
    .orderBy('at', 'desc')
    .execute();
  return kept.map((row) => [row.applicationId, row.name ?? row.applicationName ?? row.applicationId] as const);
}
