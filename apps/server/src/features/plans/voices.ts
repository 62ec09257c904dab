import {
  type Approver,
  DomainError,
  type EnvironmentId,
  heldApprovals,
  type Plan,
  type PlanId,
  type PrincipalActor,
  resolveAccess,
} from '@almanac/domain';
import type { Approval } from '@almanac/domain/governance';
import { type Kysely, sql } from 'kysely';
import { findActor, readGovernedApplications } from '#features/access';
import { accessOf } from '#features/authorization';
import type { Tables } from '#tables';

/** A plan, as far as it decides who may speak about it. */
interface SpokenOf {
  readonly id: PlanId;
  readonly environmentId: EnvironmentId;
  readonly body: Pick<Plan, 'operations'>;
}

/** In which role and for which teams somebody speaks. */
export type Voice = Pick<Approver, 'role' | 'teams'>;

/**
 * As what somebody speaks about a plan: in the role that decides what they may do with what the plan changes, and where that
 * differs from one application to the other, in their default role.
 */
export async function voiceOf(
  db: Kysely<Tables>,
  { actor, row }: { readonly actor: PrincipalActor; readonly row: SpokenOf },
): Promise<Voice> {
  const { access, roles } = actor;
  const environment = actor.environments.find((each) => each.id === row.environmentId);
  const applications = await readGovernedApplications(db, [
    ...new Set(row.body.operations.map((each) => each.application)),
  ]);
  const deciding = applications.flatMap((application) => {
    if (environment === undefined) return [];
    const { rule } = resolveAccess(access, roles, { environment, application });
    return rule.kind === 'inactive' ? [] : [rule.role];
  });
  const [first = access.defaultRole, ...others] = new Set(deciding);
  const role = roles.get(others.length === 0 ? first : access.defaultRole);
  const teams = await db
    .selectFrom('teams')
    .select('name')
    .where(sql<boolean>`id = any(${[...access.memberships.keys()]}::uuid[])`)
    .orderBy('name')
    .execute();
  return { role: role?.name ?? '', teams: teams.map((each) => each.name) };
}

/** What was approved of a plan, as far as whoever said so may still say so. */
export async function readApprovals(db: Kysely<Tables>, row: SpokenOf): Promise<readonly Approval[]> {
  const said = await db
    .selectFrom('planApprovals')
    .select(['principal as by', 'role', 'teams', 'content'])
    .where('planId', '=', row.id)
    .where('verdict', '=', 'approved')
    .where('withdrawnAt', 'is', null)
    .execute();
  if (said.length === 0) return [];
  const givers = await db
    .selectFrom('principals')
    .select(['id', 'name'])
    .where('name', 'in', [...new Set(said.map((each) => each.by))])
    .where('active', '=', true)
    .execute();
  const voices = new Map<string, Voice>();
  for (const { id, name } of givers) {
    const actor = await findActor(db, id);
    if (actor !== undefined && (await mayApprove(db, { actor, row })))
      voices.set(name, await voiceOf(db, { actor, row }));
  }
  return heldApprovals(said, (by) => voices.get(by));
}

async function mayApprove(
  db: Kysely<Tables>,
  { actor, row }: { readonly actor: PrincipalActor; readonly row: SpokenOf },
): Promise<boolean> {
  const applications = row.body.operations.map((each) => each.application);
  try {
    await accessOf(actor).ask(db, { capability: 'approve', environment: row.environmentId, applications });
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}
