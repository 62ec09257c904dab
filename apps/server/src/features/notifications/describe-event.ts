import { kindOfBuild, kindOfPlan } from '@almanac/domain';
import { referencesOf } from '#features/builds';
import type { FeedEvent } from '#platform/events';
import type { CommandContext } from '#platform/http';
import { describeWait } from './describe-wait.ts';
import { type NotificationContent, shortened } from './notification-content.ts';
import type { Happening } from './write-notification.ts';

/** What an event of the outbox is told as; undefined when it is only a hint to read something again. */
export async function describeEvent(context: CommandContext, event: FeedEvent): Promise<Happening | undefined> {
  const { plan, build, hotfix, state, was } = event.subject;
  if (event.kind === 'plan-changed' && plan !== undefined && state !== undefined) {
    const kind = kindOfPlan({ was, state });
    return kind === undefined ? undefined : describePlan(context, { event, kind, plan, state });
  }
  if (event.kind === 'build-changed' && build !== undefined) return describeBuild(context, { event, build });
  if (event.kind === 'version-created' && build !== undefined) return describeVersion(context, { event, build });
  if (event.kind === 'hotfix-changed' && hotfix !== undefined && state !== undefined)
    return describeHotfix(context, { event, hotfix, state });
  if (event.kind === 'break-glass-changed' && event.subject['used'] !== undefined)
    return describeBreakGlass(context, event);
  if (event.kind === 'allow-lists-changed') return describeAllowLists(context, event);
  if (event.kind === 'rollout-changed') return describeWait(context, event);
  return undefined;
}

async function describeBreakGlass(context: CommandContext, event: FeedEvent): Promise<Happening | undefined> {
  const row = await context.db.selectFrom('breakGlass').selectAll().executeTakeFirst();
  if (row === undefined || row.usedAt === null) return undefined;
  const usedAt = row.usedAt.toISOString();
  return {
    key: `break-glass:${usedAt}`,
    kind: 'break-glass-used',
    at: row.usedAt,
    sequence: event.position,
    environment: null,
    applications: [],
    content: {
      title: 'The credentials for an emergency were used',
      severity: 'error',
      path: '/security/second-factors',
      subject: 'break-glass',
      facts: [
        { label: 'From', value: row.usedFrom ?? 'unknown' },
        { label: 'At', value: usedAt },
        { label: 'Made by', value: row.madeBy },
      ],
      details: { breakGlass: { usedAt, usedFrom: row.usedFrom, madeBy: row.madeBy } },
    },
  };
}

/** Only what came about without anybody who is signed in: what somebody changed stands in the audit. */
async function describeAllowLists(context: CommandContext, event: FeedEvent): Promise<Happening | undefined> {
  const { cause, at = '' } = event.subject;
  if (cause !== 'cleared' && cause !== 'not-confirmed') return undefined;
  const row = await context.db.selectFrom('allowLists').select('changedBy').executeTakeFirstOrThrow();
  return {
    key: `allow-lists:${at}`,
    kind: cause === 'cleared' ? 'allow-lists-cleared' : 'allow-lists-returned',
    at: new Date(at),
    sequence: event.position,
    environment: null,
    applications: [],
    content: {
      title:
        cause === 'cleared'
          ? "All allow lists were cleared on the server's machine"
          : 'Allow lists went back to those before: nobody confirmed them in time',
      severity: cause === 'cleared' ? 'error' : 'warning',
      path: '/security/networks',
      subject: 'allow-lists',
      facts: [
        { label: 'At', value: at },
        { label: 'By', value: row.changedBy },
      ],
      details: { allowLists: { cause, at } },
    },
  };
}

const badPlanStates = new Set(['failed', 'returned', 'expired']);
const uneasyPlanStates = new Set(['succeeded-with-warnings', 'aborted', 'aborting', 'returning', 'paused']);

const planWords: Readonly<Record<string, string>> = {
  draft: 'was made',
  'awaiting-approval': 'waits for approval',
  scheduled: 'is scheduled',
  queued: 'waits in the queue',
  staging: 'is being staged',
  staged: 'is staged',
  deploying: 'is being deployed',
  paused: 'is paused',
  aborting: 'is being aborted',
  returning: 'takes its changes back',
  succeeded: 'succeeded',
  'succeeded-with-warnings': 'succeeded with warnings',
  cancelled: 'was cancelled',
  aborted: 'was aborted',
  returned: 'took its changes back',
  failed: 'failed',
  expired: 'expired',
};

async function describePlan(
  context: CommandContext,
  input: { readonly event: FeedEvent; readonly kind: string; readonly plan: string; readonly state: string },
): Promise<Happening | undefined> {
  const { event, state } = input;
  const row = await context.db
    .selectFrom('plans')
    .innerJoin('environments', 'environments.id', 'plans.environmentId')
    .selectAll('plans')
    .select(['environments.name as environmentName', 'environments.type as environmentType'])
    .where('plans.id', '=', input.plan as never)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { body } = row;
  const labels = await referencesOf(
    context.db,
    body.operations.flatMap((each) => [each.before?.build ?? null, each.after?.build ?? null]),
  );
  const labelOf = (target: (typeof body.operations)[number]['before']) =>
    target === null ? null : (labels.get(target.build)?.label ?? null);
  const operations = body.operations.map((each) => ({
    application: { id: each.application, name: each.applicationName },
    kind: each.kind,
    before: labelOf(each.before),
    after: labelOf(each.after),
    state: each.state,
    message: each.message,
  }));
  const errors = row.findings.filter((each) => each.severity === 'error').length;
  return {
    key: `plan:${row.id}:${event.position}`,
    kind: input.kind,
    at: event.at,
    sequence: event.position,
    environment: row.environmentId,
    applications: row.applicationIds,
    content: {
      title: `Plan ${row.number} for ${row.environmentName} ${planWords[state] ?? state}`,
      severity: badPlanStates.has(state) ? 'error' : uneasyPlanStates.has(state) ? 'warning' : 'info',
      path: `/plans/${row.number}`,
      subject: `plan/${row.number}`,
      facts: [
        { label: 'Environment', value: row.environmentName },
        ...operations.slice(0, 20).map((each) => ({ label: each.application.name, value: operationWords(each) })),
        ...(operations.length > 20 ? [{ label: 'and', value: `${operations.length - 20} more` }] : []),
        ...(body.reason === null ? [] : [{ label: 'Why', value: body.reason }]),
        ...(row.notes === '' ? [] : [{ label: 'Notes', value: shortened(row.notes) }]),
        { label: 'Requested by', value: row.requestedBy },
      ],
      details: {
        environment: { id: row.environmentId, name: row.environmentName, type: row.environmentType },
        plan: {
          id: row.id,
          number: row.number,
          state,
          was: event.subject['was'] ?? null,
          reason: body.reason,
          origin: row.origin,
          notes: shortened(row.notes),
          requestedBy: row.requestedBy,
          createdAt: row.createdAt.toISOString(),
          startedAt: row.startedAt?.toISOString() ?? null,
          endedAt: row.endedAt?.toISOString() ?? null,
          findings: { errors, warnings: row.findings.length - errors },
          operations,
        },
      },
    },
  };
}

function operationWords(operation: {
  readonly kind: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly message: string | null;
}): string {
  const change =
    operation.kind === 'deploy'
      ? `${operation.before ?? 'nothing'} → ${operation.after ?? 'nothing'}`
      : operation.kind === 'remove'
        ? `${operation.before ?? ''} is taken out`
        : 'settings are applied';
  return operation.message === null ? change : `${change}: ${operation.message}`;
}

function readBuild(context: CommandContext, build: string) {
  return context.db
    .selectFrom('builds')
    .innerJoin('applications', 'applications.id', 'builds.applicationId')
    .leftJoin('commits', (join) =>
      join.onRef('commits.applicationId', '=', 'builds.applicationId').onRef('commits.hash', '=', 'builds.commit'),
    )
    .selectAll('builds')
    .select(['applications.name as applicationName', 'commits.subject', 'commits.author'])
    .where('builds.id', '=', build as never)
    .executeTakeFirst();
}

async function describeBuild(
  context: CommandContext,
  input: { readonly event: FeedEvent; readonly build: string },
): Promise<Happening | undefined> {
  const { event } = input;
  const row = await readBuild(context, input.build);
  const kind = row === undefined ? undefined : kindOfBuild(row.state);
  if (row === undefined || kind === undefined) return undefined;
  const bad = row.state === 'failed' || row.state === 'errored';
  const content: NotificationContent = {
    title: `Build ${row.number} of ${row.applicationName} ${row.state === 'cancelled' ? 'was cancelled' : row.state}`,
    severity: bad ? 'error' : 'info',
    path: `/builds/${row.id}`,
    subject: `build/${row.applicationName}/${row.number}`,
    facts: [
      { label: 'Application', value: row.applicationName },
      { label: 'Branch', value: row.branch },
      { label: 'Commit', value: `${row.commit?.slice(0, 10) ?? 'unknown'} ${shortened(row.subject ?? '')}`.trim() },
      ...(row.fault === null ? [] : [{ label: 'Why', value: shortened(row.fault.detail) }]),
      { label: 'Requested by', value: row.requestedBy },
    ],
    details: {
      application: { id: row.applicationId, name: row.applicationName },
      build: {
        id: row.id,
        number: row.number,
        label: row.label,
        state: row.state,
        branch: row.branch,
        commit: row.commit,
        subject: row.subject === null ? null : shortened(row.subject),
        author: row.author,
        fault: row.fault === null ? null : { code: row.fault.code, detail: shortened(row.fault.detail) },
        endedAt: row.endedAt?.toISOString() ?? null,
      },
    },
  };
  // A build comes to its end once; events of it come more often.
  return {
    key: `build:${row.id}`,
    kind,
    at: row.endedAt ?? event.at,
    sequence: event.position,
    environment: null,
    applications: [row.applicationId],
    content,
  };
}

async function describeVersion(
  context: CommandContext,
  input: { readonly event: FeedEvent; readonly build: string },
): Promise<Happening | undefined> {
  const row = await context.db
    .selectFrom('versions')
    .innerJoin('applications', 'applications.id', 'versions.applicationId')
    .selectAll('versions')
    .select('applications.name as applicationName')
    .where('versions.buildId', '=', input.build as never)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    key: `version:${row.id}`,
    kind: 'version-created',
    at: row.createdAt,
    sequence: input.event.position,
    environment: null,
    applications: [row.applicationId],
    content: {
      title: `${row.applicationName} ${row.number} was tagged`,
      severity: 'info',
      path: `/applications/${row.applicationName}?tab=versions`,
      subject: `version/${row.applicationName}/${row.number}`,
      facts: [
        { label: 'Application', value: row.applicationName },
        { label: 'Commit', value: row.commit.slice(0, 10) },
        ...(row.notes === '' ? [] : [{ label: 'Notes', value: shortened(row.notes) }]),
        { label: 'By', value: row.createdBy },
      ],
      details: {
        application: { id: row.applicationId, name: row.applicationName },
        version: { id: row.id, number: row.number, commit: row.commit, notes: shortened(row.notes), by: row.createdBy },
      },
    },
  };
}

async function describeHotfix(
  context: CommandContext,
  input: { readonly event: FeedEvent; readonly hotfix: string; readonly state: string },
): Promise<Happening | undefined> {
  const { event, state } = input;
  const row = await context.db
    .selectFrom('hotfixes')
    .innerJoin('applications', 'applications.id', 'hotfixes.applicationId')
    .innerJoin('environments', 'environments.id', 'hotfixes.environmentId')
    .selectAll('hotfixes')
    .select(['applications.name', 'environments.name as environmentName', 'environments.type as environmentType'])
    .where('hotfixes.id', '=', input.hotfix as never)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const closed = state === 'closed';
  return {
    key: `hotfix:${row.id}:${state}`,
    kind: closed ? 'hotfix-closed' : 'hotfix-started',
    at: event.at,
    sequence: event.position,
    environment: row.environmentId,
    applications: [row.applicationId],
    content: {
      title: `Hotfix ${row.number} of ${row.name} for ${row.environmentName} was ${closed ? 'closed' : 'started'}`,
      severity: 'info',
      path: `/applications/${row.name}`,
      subject: `hotfix/${row.number}`,
      facts: [
        { label: 'Application', value: row.name },
        { label: 'Environment', value: row.environmentName },
        { label: 'Branch', value: row.branch },
        ...(row.closedReason === null ? [] : [{ label: 'Why', value: shortened(row.closedReason) }]),
        ...(row.notes === '' ? [] : [{ label: 'Notes', value: shortened(row.notes) }]),
        { label: 'Started by', value: row.startedBy },
      ],
      details: {
        application: { id: row.applicationId, name: row.name },
        environment: { id: row.environmentId, name: row.environmentName, type: row.environmentType },
        hotfix: { id: row.id, number: row.number, state, branch: row.branch, base: row.baseCommit, tip: row.tipCommit },
      },
    },
  };
}
