import { createHash } from 'node:crypto';
import type { ApplicationId, BuildId, EnvironmentId, SiteId } from '@almanac/domain';
import { seal } from '@almanac/host';
import type { DesiredApplication, DesiredState, Manifest, RolloutStrategy } from '@almanac/protocol';
import { placedSites } from '#features/environments';
import type { SecretBox } from '#features/settings';
import type { CommandContext } from '#platform/http';
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
  readonly applications: readonly {
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
    .selectAll('targets')
    .select('applications.name')
    .where('environmentId', '=', input.environment)
    .orderBy('applications.name')
    .execute();
  const stages = await db
    .selectFrom('stagedTargets')
    .innerJoin('applications', 'applications.id', 'stagedTargets.applicationId')
    .selectAll('stagedTargets')
    .select('applications.name')
    .where('environmentId', '=', input.environment)
    .orderBy('applications.name')
    .execute();
  const wanted = [
    ...targets.map((each) => ({ ...each, stageOnly: false })),
    ...stages.map((each) => ({ ...each, stageOnly: true })),
  ];
  const drafts = new Map<SiteId, Draft>();
  for (const each of wanted) {
    const described = await describe(context, {
      application: each.applicationId,
      name: each.name,
      build: each.buildId,
      rollout: input.rollout,
    });
    for (const site of await placedSites(db, { environment: input.environment, application: each.applicationId })) {
      const settings = each.settings[site.id];
      const entry = {
        ...described,
        operation: each.operation,
        settings: { ...settings?.plain },
        stageOnly: each.stageOnly,
      };
      const draft = drafts.get(site.id) ?? { site: site.id, applications: [] };
      drafts.set(site.id, {
        ...draft,
        applications: [...draft.applications, { entry, envelopes: settings?.secret ?? {} }],
      });
    }
  }
  return drafts;
}

async function describe(
  context: CommandContext,
  input: {
    readonly application: ApplicationId;
    readonly name: string;
    readonly build: BuildId;
    readonly rollout: RolloutStrategy | null;
  },
) {
  const build = await context.db
    .selectFrom('builds')
    .select(['id', 'label', 'manifest'])
    .where('id', '=', input.build)
    .executeTakeFirstOrThrow();
  const artifacts = await context.db
    .selectFrom('buildModules')
    .select(['name', 'digest', 'size'])
    .where('buildId', '=', input.build)
    .execute();
  const { manifest } = build;
  if (manifest === null) throw new Error(`build ${build.id} is a target and has no manifest`);
  return {
    application: { id: input.application, name: input.name },
    build: build.id,
    label: build.label,
    strategy: input.rollout ?? manifest.rollout,
    modules: artifacts.flatMap((artifact) => {
      const module = manifest.modules[artifact.name];
      return module === undefined ? [] : [desiredModule({ name: artifact.name, module, artifact })];
    }),
    connections: manifest.connections,
  };
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
  return {
    name: input.name,
    artifact: { digest: artifact.digest, size: artifact.size },
    toolchain: module.toolchain ?? 'node',
    ...(module.start === undefined ? {} : { start: module.start }),
    ...(module.migrate === undefined ? {} : { migrate: module.migrate }),
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
