import { createHash } from 'node:crypto';
import type { BuildId, EnvironmentId, SiteId } from '@almanac/domain';
import { seal } from '@almanac/host';
import {
  type DesiredApplication,
  type DesiredState,
  type Manifest,
  migrationOf,
  type Plan,
  type RolloutStrategy,
} from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { placedSitesOf } from '#features/environments';
import type { SecretBox } from '#features/settings';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import { localPrincipals } from './local-access.ts';
import type { ServerKeys } from './server-keys.ts';

export interface DocumentTools {
  readonly keys: ServerKeys;
  readonly box: SecretBox;
}

/** Gives every site of an environment a new document where what it should be has changed. */
export type RefreshDocuments = (context: CommandContext, environment: EnvironmentId) => Promise<void>;

/** What a site should be before its secrets are sealed: sealing gives other bytes each time, so it comes last. */
interface Draft {
  readonly site: SiteId;
  readonly applications: {
    readonly entry: Omit<DesiredApplication, 'sealed'>;
    readonly envelopes: Readonly<Record<string, string>>;
  }[];
}

export function createRefreshDocuments(tools: DocumentTools): RefreshDocuments {
  return async (context, environmentId) => {
    const { db } = context;
    const environment = await db
      .selectFrom('environments')
      .selectAll()
      .where('id', '=', environmentId)
      .executeTakeFirstOrThrow();
    const { incarnation } = await db.selectFrom('installation').select('incarnation').executeTakeFirstOrThrow();
    const sites = await db
      .selectFrom('sites')
      .selectAll()
      .where('environmentId', '=', environmentId)
      .orderBy('id')
      .forUpdate()
      .execute();
    const drafts = await draftDocuments(context, { environment: environmentId, rollout: environment.rollout });
    const access = await localPrincipals(db, environmentId);
    for (const site of sites) {
      const beside = { bandwidth: site.bandwidth, access: [...(access.get(site.id) ?? [])] };
      const draft = drafts.get(site.id) ?? { site: site.id, applications: [] };
      const contentHash = createHash('sha256')
        .update(JSON.stringify([incarnation, site.sealingKey, environment.drift, beside, draft]))
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
        applications: draft.applications.map(({ entry, envelopes }) => ({
          ...entry,
          sealed: sealAll({ envelopes, box: tools.box, recipientKey: site.sealingKey ?? '', site: site.id }),
        })),
      };
      await db
        .updateTable('sites')
        .set({ generation: state.generation, contentHash, document: JSON.stringify(tools.keys.sign(state)) })
        .where('id', '=', site.id)
        .execute();
      await context.record({ kind: 'site-changed', subject: { site: site.id, document: 'new' } });
    }
  };
}

function sealAll(input: {
  readonly envelopes: Readonly<Record<string, string>>;
  readonly box: SecretBox;
  readonly recipientKey: string;
  readonly site: string;
}): DesiredApplication['sealed'] {
  return Object.fromEntries(
    Object.entries(input.envelopes).map(([key, envelope]) => [
      key,
      seal({ text: input.box.open(envelope).reveal(), recipientKey: input.recipientKey, site: input.site }),
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
  const wanted = [
    ...targets.map((each) => ({ ...each, stageOnly: false })),
    ...stages.map((each) => ({ ...each, stageOnly: true })),
  ];
  const commands = await readCommands(context, input.environment);
  const builds = await describeBuilds(
    db,
    wanted.map((each) => each.buildId),
  );
  const placed = await placedSitesOf(db, {
    environment: input.environment,
    applications: wanted.map((each) => each.applicationId),
  });
  const drafts = new Map<SiteId, Draft>();
  for (const each of wanted) {
    const described = builds.get(each.buildId);
    if (described === undefined) throw new Error(`build ${each.buildId} is a target and has no manifest`);
    const { build, label, modules, manifest } = described;
    for (const site of placed.get(each.applicationId) ?? []) {
      const settings = each.settings[site.id];
      const entry = {
        application: { id: each.applicationId, name: each.name },
        build,
        label,
        strategy: each.rollout ?? input.rollout ?? manifest.rollout,
        decides: whoDecides(each, manifest.team),
        modules,
        connections: manifest.connections,
        operation: each.operation,
        command: commands.get(each.operation) ?? null,
        settings: { ...settings?.plain },
        stageOnly: each.stageOnly,
      };
      const draft = drafts.get(site.id) ?? { site: site.id, applications: [] };
      draft.applications.push({ entry, envelopes: settings?.secret ?? {} });
      drafts.set(site.id, draft);
    }
  }
  return drafts;
}

interface PlanFacts {
  readonly origin: Plan['origin'];
  readonly requestedBy: string;
}

/** Who is asked when a rollout waits: whoever started it, or the team of what follows its branch by itself. */
function whoDecides({ origin, requestedBy }: PlanFacts, team: string | undefined): string {
  if (origin !== 'following') return requestedBy;
  return team === undefined ? 'whoever may deploy here' : `team ${team}`;
}

/** What people last asked of rollouts, by operation. */
async function readCommands(
  context: CommandContext,
  environment: EnvironmentId,
): Promise<ReadonlyMap<string, NonNullable<DesiredApplication['command']>>> {
  const rows = await context.db
    .selectFrom('rolloutCommands')
    .select(['number', 'operation', 'kind', 'step', 'byWhom as by', 'reason'])
    .where('environmentId', '=', environment)
    .execute();
  return new Map(rows.map((row) => [row.operation, row]));
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
