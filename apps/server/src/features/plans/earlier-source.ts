import { type EnvironmentId, refuse, type ValueBack } from '@almanac/domain';
import type { deploySource } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { findApplication } from '#features/applications';
import { type EarlierTarget, findEarlierTarget } from '#features/history';
import { readValuesBack } from '#features/settings';
import type { Tables } from '#tables';
import { findPlan } from './load-plan.ts';

/** What an application was earlier, where that is what an operation asks for; undefined where it asks for something else. */
export async function earlierSource(
  context: { readonly db: Kysely<Tables>; readonly now: Date },
  input: {
    readonly source: z.output<typeof deploySource>;
    readonly application: Awaited<ReturnType<typeof findApplication>>;
    readonly environment: EnvironmentId;
  },
): Promise<EarlierTarget | undefined> {
  const { source, application, environment } = input;
  if (source.kind === 'moment') {
    const moment = new Date(source.at);
    if (moment > context.now)
      return refuse('invalid-request', `${source.at} has not come yet; only what was can be restored`);
    return findEarlierTarget(context.db, { environment, application: application.id, name: application.name, moment });
  }
  if (source.kind !== 'before-plan') return undefined;
  const plan = await findPlan(context.db, source.plan);
  const before =
    plan.environmentId === environment
      ? (plan.body.operations.find((each) => each.application === application.id)?.before ?? null)
      : null;
  return before === null
    ? refuse('nothing-to-do', `${application.name} did not run there before plan ${plan.number}`)
    : { build: before.build, settings: before.settings };
}

/** What values are set back with an operation that asks for it: to those that were set at its moment, or before its plan. */
export async function valuesBackFor(
  context: { readonly db: Kysely<Tables> },
  input: {
    readonly source: z.output<typeof deploySource>;
    readonly application: Awaited<ReturnType<typeof findApplication>>;
    readonly environment: EnvironmentId;
  },
): Promise<readonly ValueBack[]> {
  const { source, environment } = input;
  if ((source.kind !== 'moment' && source.kind !== 'before-plan') || !source.setBack) return [];
  const moment = source.kind === 'moment' ? new Date(source.at) : await lastMomentBefore(context.db, source.plan);
  return readValuesBack(context.db, { application: input.application.id, environment, moment });
}

async function lastMomentBefore(db: Kysely<Tables>, reference: string): Promise<Date> {
  const plan = await findPlan(db, reference);
  if (plan.startedAt === null) return refuse('nothing-to-do', `plan ${plan.number} never began: it set nothing`);
  return new Date(plan.startedAt.getTime() - 1);
}
