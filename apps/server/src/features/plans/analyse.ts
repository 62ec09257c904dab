import { type ApplicationId, type Change, type EnvironmentId, factsWithout, type Target } from '@almanac/domain';
import type { Finding, Manifest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { placedSites } from '#features/environments';
import { findImpact, missingOf } from '#features/impact';
import type { PinnedForSites } from '#features/settings';
import type { Tables } from '#tables';

/** One operation with what the analysis needs to know of it. */
export interface Analysed {
  readonly application: ApplicationId;
  readonly name: string;
  readonly kind: 'deploy' | 'configure' | 'remove';
  /** What it becomes; null when the application is taken out. */
  readonly after: Pick<Target, 'build'> | null;
  readonly manifest: Manifest | null;
  readonly missing: PinnedForSites['missing'];
  /** Set when the build is older than what runs. */
  readonly downgrade: string | null;
}

/** What would go wrong, asked of the environment as it would be after the plan. */
export async function analysePlan(
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly environmentName: string;
    readonly operations: readonly Analysed[];
  },
): Promise<{ readonly findings: readonly Finding[]; readonly neighbours: readonly ApplicationId[] }> {
  const { environment, environmentName, operations } = input;
  const changes = operations.map(changeOf);
  const facts = await Promise.all(
    operations.map(async (each) => {
      const none = factsWithout(changeOf(each));
      if (each.manifest === null) return none;
      const { length: sites } = await placedSites(db, { environment, application: each.application });
      return { ...missingOf(each.manifest, each.missing, none), sites };
    }),
  );
  const { findings, neighbours } = await findImpact(db, {
    environment: { id: environment, name: environmentName },
    changes,
    facts,
  });
  return { findings: [...findings, ...operations.flatMap(downgradeOf)], neighbours };
}

function changeOf({ application, kind, after }: Analysed): Change {
  return kind === 'deploy' && after !== null
    ? { kind, application, build: after.build }
    : { kind: kind === 'remove' ? kind : 'configure', application };
}

function downgradeOf({ name, downgrade }: Analysed): readonly Finding[] {
  if (downgrade === null) return [];
  return [{ code: 'downgrade', severity: 'warning', application: name, detail: downgrade, fix: null }];
}

export function providesOf(manifest: Manifest): readonly string[] {
  return Object.values(manifest.modules).flatMap((module) => Object.keys(module.provides));
}

export function consumesOf(manifest: Manifest): readonly string[] {
  return Object.values(manifest.modules).flatMap((module) => Object.keys(module.consumes));
}
