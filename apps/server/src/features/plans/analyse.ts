import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import type { Finding, Manifest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { placedSites } from '#features/environments';
import type { PinnedForSites } from '#features/settings';
import type { Tables } from '#tables';

/** One operation with what the analysis needs to know of it. */
export interface Analysed {
  readonly application: ApplicationId;
  readonly name: string;
  readonly kind: 'deploy' | 'configure' | 'remove';
  /** Null when the application is taken out. */
  readonly manifest: Manifest | null;
  readonly missing: PinnedForSites['missing'];
  /** Set when the build is older than what runs. */
  readonly downgrade: string | null;
}

/** What the other applications of the environment provide and consume. */
interface Neighbour {
  readonly application: ApplicationId;
  readonly name: string;
  readonly manifest: Manifest;
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
  const others = await readNeighbours(db, input);
  const after = [
    ...others,
    ...input.operations.flatMap(({ application, name, manifest }) =>
      manifest === null ? [] : [{ application, name, manifest }],
    ),
  ];
  const findings: Finding[] = [];
  for (const each of input.operations) {
    findings.push(
      ...settingFindings(each, input.environmentName),
      ...contractFindings({ operation: each, after, others, environment: input.environmentName }),
    );
    if (
      each.manifest !== null &&
      (await placedSites(db, { environment: input.environment, application: each.application })).length === 0
    ) {
      findings.push({
        code: 'no-site',
        severity: 'error',
        application: each.name,
        detail: `${input.environmentName} has no site on which ${each.name} is placed`,
        fix: `almanac site add <name> --env ${input.environmentName}`,
      });
    }
    if (each.downgrade !== null)
      findings.push({
        code: 'downgrade',
        severity: 'warning',
        application: each.name,
        detail: each.downgrade,
        fix: null,
      });
  }
  return { findings, neighbours: neighboursOf(input.operations, others) };
}

async function readNeighbours(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly operations: readonly Analysed[] },
): Promise<readonly Neighbour[]> {
  const own = new Set(input.operations.map((each) => each.application));
  const rows = await db
    .selectFrom('targets')
    .innerJoin('applications', 'applications.id', 'targets.applicationId')
    .innerJoin('builds', 'builds.id', 'targets.buildId')
    .select(['targets.applicationId', 'applications.name', 'builds.manifest'])
    .where('targets.environmentId', '=', input.environment)
    .execute();
  return rows.flatMap((row) =>
    row.manifest === null || own.has(row.applicationId)
      ? []
      : [{ application: row.applicationId, name: row.name, manifest: row.manifest }],
  );
}

function settingFindings(operation: Analysed, environment: string): readonly Finding[] {
  return operation.missing.flatMap(({ site, keys }) =>
    keys.map(
      (key): Finding => ({
        code: 'setting-missing',
        severity: 'error',
        application: operation.name,
        detail: `${key} is required and has no value on site ${site}`,
        fix: `almanac settings set ${operation.name} ${key} --env ${environment}`,
      }),
    ),
  );
}

function contractFindings(input: {
  readonly operation: Analysed;
  readonly after: readonly Neighbour[];
  readonly others: readonly Neighbour[];
  readonly environment: string;
}): readonly Finding[] {
  const { operation, after } = input;
  const provided = new Set(after.flatMap((each) => providesOf(each.manifest)));
  if (operation.manifest === null) {
    return input.others
      .filter((other) => consumesOf(other.manifest).some((contract) => !provided.has(contract)))
      .map(
        (other): Finding => ({
          code: 'consumer-remains',
          severity: 'error',
          application: operation.name,
          detail: `${other.name} consumes what ${operation.name} provides, and stays`,
          fix: `take ${other.name} out with the same plan`,
        }),
      );
  }
  return consumesOf(operation.manifest)
    .filter((contract) => !provided.has(contract))
    .map(
      (contract): Finding => ({
        code: 'contract-missing',
        severity: 'error',
        application: operation.name,
        detail: `nothing in ${input.environment} provides the contract ${contract}`,
        fix: `add the application that provides ${contract} to the plan`,
      }),
    );
}

export function providesOf(manifest: Manifest): readonly string[] {
  return Object.values(manifest.modules).flatMap((module) => Object.keys(module.provides));
}

export function consumesOf(manifest: Manifest): readonly string[] {
  return Object.values(manifest.modules).flatMap((module) => Object.keys(module.consumes));
}

function neighboursOf(operations: readonly Analysed[], others: readonly Neighbour[]): readonly ApplicationId[] {
  const manifests = operations.flatMap((each) => each.manifest ?? []);
  const provided = new Set(manifests.flatMap(providesOf));
  const consumed = new Set(manifests.flatMap(consumesOf));
  return others
    .filter(
      (other) =>
        consumesOf(other.manifest).some((each) => provided.has(each)) ||
        providesOf(other.manifest).some((each) => consumed.has(each)),
    )
    .map((each) => each.application);
}
