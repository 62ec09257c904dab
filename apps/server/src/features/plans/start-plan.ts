import { type Plan as DomainPlan, decideStart, mayWaitFor, type PlanId } from '@almanac/domain';
import type { RefreshDocuments } from '#features/sites';
import { tagBuild } from '#features/versions';
import type { CommandContext } from '#platform/http';
import { wakePlan } from './advance-plan.task.ts';
import { whyNoLonger } from './ask-again.ts';
import { choicesOf } from './choice.ts';
import { findPlan, type PlanRow } from './load-plan.ts';
import { lockPlans } from './lock-plans.ts';
import { type PlanStanding, readStanding } from './read-standing.ts';
import { savePlan } from './save-plan.ts';

/**
 * Starts a plan that the system itself composed; says whether it did. What prevents the start leaves a draft that says
 * why; a freeze is waited for. Automation confirms nothing.
 */
export async function startPlan(
  context: CommandContext,
  input: { readonly plan: PlanId; readonly note: string; readonly refreshDocuments: RefreshDocuments },
): Promise<boolean> {
  const { environmentId } = await findPlan(context.db, input.plan);
  await lockPlans(context.db, environmentId);
  const row = await findPlan(context.db, input.plan);
  // Somebody else started or cancelled it meanwhile.
  if (row.state !== 'draft') return false;
  const found = await readStanding(context, row);
  const { gates } = found;
  const refused = await whyNoLonger(context, row);
  const against = [
    ...(refused === undefined ? [] : [refused]),
    ...gates.obstacles.filter((each) => !mayWaitFor(each)).map((each) => each.detail),
  ];
  const reason = against.join('; ');
  const plan: DomainPlan =
    against.length > 0
      ? { ...row.body, ...gates.analysed, reason }
      : decideStart(row.body, { ...gates, waitForThaw: true });
  const changed = plan.state !== row.state || plan.reason !== row.body.reason || plan.content !== row.body.content;
  if (changed)
    await savePlan(context, {
      row,
      plan,
      analysis: found.analysis,
      notes: [
        {
          level: against.length > 0 ? 'warning' : 'info',
          application: null,
          site: null,
          message: against.length > 0 ? `not started: ${reason}` : `${input.note}${expeditedWords(found)}`,
        },
      ],
      refreshDocuments: input.refreshDocuments,
    });
  if (against.length === 0) await wakePlan(context, input.plan);
  return against.length === 0;
}

/** What a hotfix need not wait for, as a part of its log; nothing for other plans. */
export function expeditedWords({ subject, facts }: Pick<PlanStanding, 'subject' | 'facts'>): string {
  const gates = subject.hotfix ? facts.requirements.expedited : [];
  return gates.length === 0 ? '' : ` (a hotfix: policy lets it pass ${gates.join(', ')})`;
}

/** What a person's start does before it is decided: builds that were chosen as new versions get their numbers. */
export async function tagChosen(context: CommandContext, row: PlanRow): Promise<void> {
  for (const choice of choicesOf(row)) {
    if (choice.tag === null || choice.build === null) continue;
    const tagged = await context.db
      .selectFrom('versions')
      .select('number')
      .where('buildId', '=', choice.build)
      .executeTakeFirst();
    if (tagged !== undefined) continue;
    await tagBuild(context, {
      application: { id: choice.application, name: choice.name },
      build: choice.build,
      number: choice.tag.number ?? undefined,
      notes: choice.tag.notes,
    });
  }
}
