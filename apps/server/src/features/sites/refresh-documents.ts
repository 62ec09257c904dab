import { createHash } from 'node:crypto';
import type { ApplicationId, BuildId, EnvironmentId, PinnedSettings, SiteId } from '@almanac/domain';
import { seal } from '@almanac/host';
import {
  type DesiredApplication,
  type DesiredState,
  type Manifest,
  migrationOf,
  type Plan,
  type RolloutStrategy,
  type SignedDesiredState,
} from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { placedSitesOf } from '#features/environments';
import { type AnswersOf, readAnswers } from '#features/response-headers';
import { settingUse } from '#features/settings';
import type { ReadServerKeys } from '#features/signing-keys';
import type { CommandContext } from '#platform/http';
import type { SecretBox } from '#platform/secrets';
import type { Tables } from '#tables';
import { localPrincipals } from './local-access.ts';
import { recordSites } from './record-sites.ts';

export interface DocumentTools {
  readonly readKeys: ReadServerKeys;
  readonly box: SecretBox;
}

/** Gives the sites of an environment, or only some of them, a new document where what they should be has changed. */
export type RefreshDocuments = (
  context: CommandContext,
  environment: EnvironmentId,
  only?: readonly SiteId[],
) => Promise<void>;

/** What a site should be before its secrets are sealed: sealing gives other bytes each time, so it comes last. */
interface Draft {
  readonly applications: {
    readonly entry: Omit<DesiredApplication, 'sealed'>;
    readonly envelopes: Readonly<Record<string, string>>;
  }[];
}

/** So many documents are written by one statement. */
const atOnce = 500;

export function createRefreshDocuments(tools: DocumentTools): RefreshDocuments {
  return async (context, environmentId, only) => {
    const { db } = context;
    const environment = await db
      .selectFrom('environments')
      .select(['id', 'name', 'drift', 'rollout'])
      .where('id', '=', environmentId)
      .executeTakeFirstOrThrow();
    const keys = await tools.readKeys(db);
    const { incarnation } = keys;
    const sites = await db
      .selectFrom('sites')
      .select(['id', 'name', 'generation', 'contentHash', 'sealingKey', 'bandwidth', 'trustedKeys'])
      .where('environmentId', '=', environmentId)
      .$if(only !== undefined, (each) =>
        each.where((where) => where('id', '=', where.fn.any(where.val([...(only ?? [])])))),
      )
      .orderBy('id')
      .forUpdate()
      .execute();
    const drafts = await draftDocuments(context, { environment: environmentId, rollout: environment.rollout });
    const access = await localPrincipals(db, environmentId);
    const answersOf = await readAnswers(db, environmentId);
    const fresh: FreshDocument[] = [];
    for (const site of sites) {
      const beside = { bandwidth: site.bandwidth, access: [...(access.get(site.id) ?? [])] };
      const draft = drafts.get(site.id) ?? { applications: [] };
      const answers = answersIn(draft, answersOf);
      const key = keys.keyFor(site.trustedKeys);
      const content = [incarnation, site.sealingKey, environment.drift, beside, { site: site.id, ...draft }];
      const contentHash = createHash('sha256')
        // A document that says nothing of answers, or is signed by the first key, is the one that it was before there were any.
        .update(JSON.stringify([...content, ...(answers.length === 0 ? [] : [answers]), ...laterKey(key)]))
        .digest('hex');
      if (contentHash === site.contentHash || site.sealingKey === null) continue;
      const state: DesiredState = {
        site: { id: site.id, name: site.name },
        environment: { id: environment.id, name: environment.name },
        incarnation,
        generation: site.generation + 1,
        issuedAt: context.now.toISOString(),
        drift: environment.drift,
        ...beside,
        answers,
        applications: draft.applications.map(({ entry, envelopes }) => ({
          ...entry,
          sealed: sealAll({
            envelopes,
            box: tools.box,
            application: entry.application.id,
            environment: environment.id,
            recipientKey: site.sealingKey ?? '',
            site: site.id,
          }),
        })),
      };
      fresh.push({ site: site.id, generation: state.generation, contentHash, document: keys.sign(state, key.keyId) });
      if (fresh.length === atOnce) await saveDocuments(context, { environment: environmentId, fresh: fresh.splice(0) });
    }
    await saveDocuments(context, { environment: environmentId, fresh });
  };
}

/** What another key signs is another document, even where it says the same. */
function laterKey({ keyId, number }: { readonly keyId: string; readonly number: number }): readonly string[] {
  return number === 1 ? [] : [keyId];
}

/** What answers carry of the applications that a document names, each once. */
function answersIn({ applications }: Draft, answersOf: AnswersOf): DesiredState['answers'] {
  const named = new Set(applications.map(({ entry }) => entry.application.id));
  return [...named].flatMap((application) => {
    const answers = answersOf(application);
    return answers === undefined ? [] : [{ application, ...answers }];
  });
}

interface FreshDocument {
  readonly site: SiteId;
  readonly generation: number;
  readonly contentHash: string;
  readonly document: SignedDesiredState;
}

async function saveDocuments(
  context: CommandContext,
  input: { readonly environment: EnvironmentId; readonly fresh: readonly FreshDocument[] },
): Promise<void> {
  const { environment, fresh } = input;
  if (fresh.length === 0) return;
  await sql`
    update sites set generation = fresh.generation, content_hash = fresh.content_hash, document = fresh.document,
      document_key = fresh.document ->> 'keyId'
    from unnest(${fresh.map((each) => each.site)}::uuid[], ${fresh.map((each) => each.generation)}::int[],
      ${fresh.map((each) => each.contentHash)}::text[], ${fresh.map((each) => JSON.stringify(each.document))}::jsonb[])
      as fresh (site, generation, content_hash, document)
    where sites.id = fresh.site`.execute(context.db);
  const changed = fresh.map(({ site }) => ({ id: site, environmentId: environment }));
  await recordSites(context, changed, { document: 'new' });
}

function sealAll(input: {
  readonly envelopes: Readonly<Record<string, string>>;
  readonly box: SecretBox;
  readonly application: ApplicationId;
  readonly environment: EnvironmentId;
  readonly recipientKey: string;
  readonly site: string;
}): DesiredApplication['sealed'] {
  const { box, recipientKey, site } = input;
  return Object.fromEntries(
    Object.entries(input.envelopes).map(([key, envelope]) => [
      key,
      seal({ text: box.open(envelope, settingUse({ ...input, key })).reveal(), recipientKey, site }),
    ]),
  );
}

async function draftDocuments(
  context: CommandContext,
  input: { readonly environment: EnvironmentId; readonly rollout: RolloutStrategy | null },
): Promise<ReadonlyMap<SiteId, Draft>> {
  const { db } = context;
  const targets = await db
    .selectFrom('targets')
    .innerJoin('applications', 'applications.id', 'targets.applicationId')
    .innerJoin('plans', 'plans.id', 'targets.planId')
    .selectAll('targets')
    .select(['applications.name', 'plans.origin', 'plans.requestedBy'])
    .where('targets.environmentId', '=', input.environment)
    .orderBy('applications.name')
    .execute();
  const stages = await db
    .selectFrom('stagedTargets')
    .innerJoin('applications', 'applications.id', 'stagedTargets.applicationId')
    .innerJoin('plans', 'plans.id', 'stagedTargets.planId')
    .selectAll('stagedTargets')
    .select(['applications.name', 'plans.origin', 'plans.requestedBy'])
    .where('stagedTargets.environmentId', '=', input.environment)
    .orderBy('applications.name')
    .execute();
  const held = await readHeld(db, input.environment);
  const told = new Map(held.map((each) => [each.applicationId, each.told]));
  const everywhere = () => true;
  const wanted = [
    ...targets.map((each) => ({
      ...each,
      stageOnly: false,
      isOn: (site: SiteId) => told.get(each.applicationId)?.has(site) ?? true,
    })),
    ...stages.map((each) => ({ ...each, stageOnly: true, isOn: everywhere })),
    ...held.flatMap(({ before, ...each }) =>
      before === null ? [] : [{ ...each, ...before, stageOnly: false, isOn: (site: SiteId) => !each.told.has(site) }],
    ),
    // In the order of names whatever a document is made of, so that it is another one only when it says something else.
  ].sort((a, b) => Number(a.stageOnly) - Number(b.stageOnly) || (a.name < b.name ? -1 : 1));
  const commands = await readCommands(context, input.environment);
  const builds = await describeBuilds(
    db,
    wanted.map((each) => each.buildId),
  );
  const applications = [...new Set(wanted.map((each) => each.applicationId))];
  const placed = await placedSitesOf(db, { environment: input.environment, applications });
  const owners = await readOwners(db, applications);
  const drafts = new Map<SiteId, Draft>();
  for (const each of wanted) {
    const described = builds.get(each.buildId);
    if (described === undefined) throw new Error(`build ${each.buildId} is a target and has no manifest`);
    const { build, label, modules, manifest } = described;
    for (const site of placed.get(each.applicationId) ?? []) {
      if (!each.isOn(site.id)) continue;
      const settings = each.settings[site.id];
      const entry = {
        application: { id: each.applicationId, name: each.name },
        build,
        label,
        strategy: each.rollout ?? input.rollout ?? manifest.rollout,
        decides: whoDecides(each, owners.get(each.applicationId)),
        modules,
        connections: manifest.connections,
        operation: each.operation,
        command: commands(site.id, each.operation),
        settings: { ...settings?.plain },
        stageOnly: each.stageOnly,
      };
      const draft = drafts.get(site.id) ?? { applications: [] };
      draft.applications.push({ entry, envelopes: settings?.secret ?? {} });
      drafts.set(site.id, draft);
    }
  }
  return drafts;
}

interface Held extends PlanFacts {
  readonly applicationId: ApplicationId;
  readonly name: string;
  readonly rollout: RolloutStrategy | null;
  /** What sites run that were not told to take the target yet; null for nothing. */
  readonly before: { readonly buildId: BuildId; readonly operation: string; readonly settings: PinnedSettings } | null;
  readonly told: ReadonlySet<SiteId>;
}

/** Applications whose target is on its way over rings. */
async function readHeld(db: CommandContext['db'], environment: EnvironmentId): Promise<readonly Held[]> {
  const rows = await db
    .selectFrom('heldTargets')
    .innerJoin('applications', 'applications.id', 'heldTargets.applicationId')
    .innerJoin('plans', 'plans.id', 'heldTargets.planId')
    .selectAll('heldTargets')
    .select(['applications.name', 'plans.origin', 'plans.requestedBy'])
    .where('heldTargets.environmentId', '=', environment)
    .execute();
  const held: Held[] = [];
  for (const { operationId, buildId, operation, settings, ...row } of rows) {
    const told = await db
      .selectFrom('fleetSites')
      .select('siteId')
      .where('operationId', '=', operationId)
      .where('told', '=', true)
      .execute();
    const before = buildId === null || operation === null ? null : { buildId, operation, settings: settings ?? {} };
    held.push({ ...row, before, told: new Set(told.map((each) => each.siteId)) });
  }
  return held;
}

/** The names of the teams that own applications; what nobody owns is left out. */
async function readOwners(
  db: Kysely<Tables>,
  applications: readonly ApplicationId[],
): Promise<ReadonlyMap<ApplicationId, string>> {
  const rows = await db
    .selectFrom('applications')
    .innerJoin('teams', 'teams.id', 'applications.teamId')
    .select(['applications.id', 'teams.name'])
    .where(sql<boolean>`applications.id = any(${applications}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}

interface PlanFacts {
  readonly origin: Plan['origin'];
  readonly requestedBy: string;
}

/** Who is asked when a rollout waits: whoever started it, or the team that owns what follows its branch by itself. */
function whoDecides({ origin, requestedBy }: PlanFacts, team: string | undefined): string {
  if (origin !== 'following') return requestedBy;
  return team === undefined ? 'whoever may deploy here' : `team ${team}`;
}

type Command = NonNullable<DesiredApplication['command']>;

/** What people last asked of rollouts, of all sites or of one alone: what was asked later counts. */
async function readCommands(
  { db }: CommandContext,
  environment: EnvironmentId,
): Promise<(site: SiteId, operation: string) => Command | null> {
  const ofAll = await db
    .selectFrom('rolloutCommands')
    .select(['number', 'operation', 'kind', 'step', 'byWhom as by', 'reason'])
    .where('environmentId', '=', environment)
    .execute();
  const ofOne = await db
    .selectFrom('rolloutSiteCommands')
    .innerJoin('sites', 'sites.id', 'rolloutSiteCommands.siteId')
    .select(['siteId', 'number', 'operation', 'kind', 'step', 'byWhom as by', 'reason'])
    .where('environmentId', '=', environment)
    .execute();
  const everywhere = new Map(ofAll.map((row): [string, Command] => [row.operation, row]));
  const alone = new Map(ofOne.map(({ siteId, ...row }): [string, Command] => [`${siteId} ${row.operation}`, row]));
  return (site, operation) => {
    const [one, all] = [alone.get(`${site} ${operation}`), everywhere.get(operation)];
    if (one === undefined || all === undefined) return one ?? all ?? null;
    return one.number > all.number ? one : all;
  };
}

/** So many builds are read at once: few enough that parsing their manifests delays nobody. */
const buildsAtOnce = 200;

/** What builds are to any site, whatever its settings. */
async function describeBuilds(db: Kysely<Tables>, builds: readonly BuildId[]) {
  const described = new Map<BuildId, DescribedBuild>();
  const distinct = [...new Set(builds)];
  for (let start = 0; start < distinct.length; start += buildsAtOnce)
    for (const each of await describeSome(db, distinct.slice(start, start + buildsAtOnce)))
      described.set(each.build, each);
  return described;
}

type DescribedBuild = Awaited<ReturnType<typeof describeSome>>[number];

async function describeSome(db: Kysely<Tables>, ids: readonly BuildId[]) {
  const rows = await db.selectFrom('builds').select(['id', 'label', 'manifest']).where('id', 'in', ids).execute();
  const artifacts = await db
    .selectFrom('buildModules')
    .select(['buildId', 'name', 'digest', 'size'])
    .where('buildId', 'in', ids)
    .execute();
  const artifactsOf = Map.groupBy(artifacts, (each) => each.buildId);
  return rows.flatMap(({ id, label, manifest }) =>
    manifest === null
      ? []
      : [
          {
            build: id,
            label,
            manifest,
            modules: (artifactsOf.get(id) ?? []).flatMap((artifact) => {
              const module = manifest.modules[artifact.name];
              return module === undefined ? [] : [desiredModule({ name: artifact.name, module, artifact })];
            }),
          },
        ],
  );
}

function desiredModule(input: {
  readonly name: string;
  readonly module: Manifest['modules'][string];
  readonly artifact: {
    readonly digest: DesiredApplication['modules'][number]['artifact']['digest'];
    readonly size: number;
  };
}): DesiredApplication['modules'][number] {
  const { module, artifact } = input;
  const migration = migrationOf(module);
  return {
    name: input.name,
    artifact: { digest: artifact.digest, size: artifact.size },
    toolchain: module.toolchain ?? 'node',
    ...(module.start === undefined ? {} : { start: module.start }),
    ...(migration === undefined ? {} : { migrate: migration.run }),
    ...(module.verify === undefined ? {} : { verify: module.verify }),
    ...(module.health === undefined ? {} : { health: module.health }),
    instances: module.scale.min,
    volumes: module.volumes,
    resources: withoutAbsent(module.resources),
    provides: Object.keys(module.provides).sort(),
    consumes: Object.keys(module.consumes).sort(),
    stopGrace: module.stopGrace,
    startTimeout: module.startTimeout,
  };
}

function withoutAbsent(resources: { readonly cpu?: string | undefined; readonly memory?: string | undefined }): {
  cpu?: string;
  memory?: string;
} {
  return {
    ...(resources.cpu === undefined ? {} : { cpu: resources.cpu }),
    ...(resources.memory === undefined ? {} : { memory: resources.memory }),
  };
}
