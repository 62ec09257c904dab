import {
  actorName,
  decideAbort,
  decideCancel,
  decideContinue,
  decideEdit,
  decidePause,
  decideReject,
  decideReturnRing,
  decideSchedule,
  decideStart,
  mayCancel,
  refuse,
} from '@almanac/domain';
import { findRelease } from '#features/releases';
import type { SealGiven } from '#features/settings';
import { type CommandContext, command, type Endpoint } from '#platform/http';
import { analyse } from './analysis-stamp.ts';
import { approvePlan, recordVerdict } from './approve-plan.ts';
import { noteCause } from './ask-again.ts';
import { askForChoices } from './ask-for-choices.ts';
import { choicesOf } from './choice.ts';
import { compose, type OperationRequest } from './compose.ts';
import type { Decided } from './decided.ts';
import type { PlanRow } from './load-plan.ts';
import { readStanding } from './read-standing.ts';
import { expeditedWords, tagChosen } from './start-plan.ts';

/** Commands that steer a plan: from its edit to its abort. */
export function steerEndpoints(decided: Decided, seal: SealGiven): readonly Endpoint[] {
  return [
    command('editPlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: (row) => edit(context, { row, seal, ...body }),
        note: 'edited',
      }),
    ),

    command('startPlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: (row) => start(context, { row, confirm: body.confirm, waitForThaw: body.waitForThaw }),
        note: 'started',
      }),
    ),

    command('approvePlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: undefined,
        decide: async (row) => {
          await approvePlan(context, { row, ...body });
          return { plan: { ...row.body } };
        },
        note: `approved${body.comment === '' ? '' : ` ("${body.comment}")`}`,
      }),
    ),
    command('rejectPlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: undefined,
        decide: async (row) => {
          const plan = decideReject(row.body, { by: actorName(context.actor), comment: body.comment });
          await recordVerdict(context, { row, verdict: 'rejected', content: row.body.content, ...body });
          return { plan };
        },
        note: `rejected ("${body.comment}")`,
      }),
    ),
    command('withdrawApproval', (context, { params }) =>
      decided(context, {
        reference: params.plan,
        revision: undefined,
        decide: async (row) => {
          await withdraw(context, row);
          return { plan: { ...row.body } };
        },
        note: 'approval withdrawn',
      }),
    ),

    command('schedulePlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: async (row) => {
          const startAt = body.startAt === null ? null : Date.parse(body.startAt);
          if (startAt !== null && startAt < context.now.getTime())
            return refuse('invalid-request', 'that time is past; leave it out to start as soon as the gates are open');
          await noteCause(context, row);
          return { plan: decideSchedule(row.body, startAt) };
        },
        note: body.startAt === null ? 'schedule taken away' : `scheduled for ${body.startAt}`,
      }),
    ),
    command('continuePlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: async (row) => {
          await noteCause(context, row);
          return { plan: decideContinue(row.body, context.now.getTime()) };
        },
        note: 'continued',
      }),
    ),
    command('pausePlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: (row) => ({ plan: decidePause(row.body, body.reason) }),
        note: `paused ("${body.reason}")`,
      }),
    ),
    command('returnRing', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: (row) => ({
          plan: decideReturnRing(row.body, { ring: params.ring, by: actorName(context.actor) }, context.now.getTime()),
        }),
        note: `took ring ${params.ring} back`,
      }),
    ),
    command('cancelPlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: (row) => ({ plan: decideCancel(row.body) }),
        note: 'cancelled',
      }),
    ),
    command('abortPlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: (row) => ({ plan: decideAbort(row.body, context.now.getTime()) }),
        note: 'aborted',
      }),
    ),

    command('exemptPlan', (context, { params, body }) => {
      const { subject } = body;
      const key = subject.kind === 'calendar' ? 'calendar' : `${subject.code} ${subject.application}`;
      return decided(context, {
        reference: params.plan,
        revision: undefined,
        decide: async (row) => {
          await exempt(context, { row, subject: key, reason: body.reason });
          return { plan: { ...row.body } };
        },
        note: `${key === 'calendar' ? 'freezes and windows are' : `${key} is`} set aside ("${body.reason}")`,
      });
    }),
  ];
}

/** Decides the start of a plan; its builds get their versions, and what is confirmed is kept, in the same breath. */
export async function start(
  context: CommandContext,
  input: { readonly row: PlanRow; readonly confirm: readonly string[]; readonly waitForThaw: boolean },
) {
  const { row } = input;
  await noteCause(context, row);
  const confirmed = [...new Set([...row.confirmed, ...input.confirm])];
  if (confirmed.length > row.confirmed.length)
    await context.db.updateTable('plans').set({ confirmed }).where('id', '=', row.id).execute();
  if (row.state !== 'draft') return { plan: decideStart(row.body, { ...emptyStart(row), waitForThaw: true }) };
  await tagChosen(context, row);
  const found = await readStanding(context, { ...row, confirmed });
  return {
    plan: decideStart(row.body, { ...found.gates, waitForThaw: input.waitForThaw }),
    analysis: found.analysis,
    remark: expeditedWords(found),
  };
}

/** What was started already is started the same, or refused, whatever its gates say. */
function emptyStart({ body }: PlanRow) {
  return { analysed: body, obstacles: [] };
}

async function edit(
  context: CommandContext,
  input: {
    readonly row: PlanRow;
    readonly seal: SealGiven;
    readonly operations?: readonly OperationRequest[] | undefined;
    readonly differences?: Parameters<typeof compose>[1]['differences'];
    readonly release?: string | undefined;
    readonly notes?: string | undefined;
    readonly failurePolicy?: PlanRow['body']['failurePolicy'] | undefined;
  },
) {
  const { row } = input;
  const environment = { id: row.environmentId, name: row.environmentName };
  const failurePolicy = input.failurePolicy ?? row.body.failurePolicy;
  if (!mayCancel(row.body.state)) {
    const { content, operations, neighbours } = row.body;
    return {
      plan: decideEdit(row.body, {
        analysed: { content, operations, neighbours },
        failurePolicy,
        by: actorName(context.actor),
      }),
    };
  }
  const composed = input.operations !== undefined || input.differences !== undefined || input.release !== undefined;
  const release = input.release === undefined ? undefined : await findRelease(context.db, input.release);
  const choices = composed
    ? await compose(context, {
        environment,
        operations: input.operations ?? [],
        differences: input.differences,
        release,
        seal: input.seal,
      })
    : choicesOf(row);
  await askForChoices(context, { environment: environment.id, choices });
  const analysis = await analyse(context.db, {
    environment,
    choices,
    failurePolicy,
    earlier: row.body.operations,
    newId: context.newId,
  });
  await context.db
    .updateTable('plans')
    .set({
      composition: JSON.stringify(choices),
      applicationIds: choices.map((each) => each.application),
      ...(composed ? { releaseId: release?.id ?? null, releaseName: release?.name ?? null } : {}),
      ...(input.notes === undefined ? {} : { notes: input.notes }),
    })
    .where('id', '=', row.id)
    .execute();
  const { analysed } = analysis;
  return { plan: decideEdit(row.body, { analysed, failurePolicy, by: actorName(context.actor) }), analysis };
}

async function withdraw(context: CommandContext, row: PlanRow): Promise<void> {
  if (!mayCancel(row.state)) return refuse('wrong-state', `plan ${row.number} is ${row.state}: it has begun already`);
  const withdrawn = await context.db
    .updateTable('planApprovals')
    .set({ withdrawnAt: context.now })
    .where('planId', '=', row.id)
    .where('principal', '=', actorName(context.actor))
    .where('verdict', '=', 'approved')
    .where('withdrawnAt', 'is', null)
    .executeTakeFirst();
  if (withdrawn.numUpdatedRows === 0n) refuse('nothing-to-do', `you did not approve plan ${row.number}`);
}

async function exempt(
  context: CommandContext,
  input: { readonly row: PlanRow; readonly subject: string; readonly reason: string },
): Promise<void> {
  const { row, subject } = input;
  if (!mayCancel(row.state) && row.state !== 'staged')
    return refuse('wrong-state', `plan ${row.number} is ${row.state}; nothing holds it back`);
  const { gates, findings } = await readStanding(context, row);
  // What somebody set meanwhile is never overwritten: the way back is composed anew.
  const open = findings.filter((each) => each.code !== 'value-moved');
  const known = subject === 'calendar' || open.some((each) => `${each.code} ${each.application}` === subject);
  if (!known) return refuse('nothing-to-do', `plan ${row.number} has no finding ${subject} that could be set aside`);
  await context.db
    .insertInto('planExemptions')
    .values({
      id: context.newId(),
      planId: row.id,
      subject,
      content: gates.analysed.content,
      reason: input.reason,
      grantedBy: actorName(context.actor),
      at: context.now,
    })
    .execute();
}
