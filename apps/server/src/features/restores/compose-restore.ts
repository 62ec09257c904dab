import {
  type ApplicationId,
  type EnvironmentId,
  type EnvironmentState,
  isTerminal,
  planRestore,
  type RestoreStep,
  refuse,
} from '@almanac/domain';
import type { Finding, operationRequest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { findApplication } from '#features/applications';
import { readStateAt, readStateNow } from '#features/history';
import type { PlanRow } from '#features/plans';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

type OperationRequest = z.output<typeof operationRequest>;

/** What a way back asks of a plan, and what people should know before they start it. */
export interface Composed {
  readonly operations: readonly OperationRequest[];
  readonly findings: readonly Finding[];
}

/** As many as one plan takes. */
const mostOperations = 200;

/** What leads an environment back to a moment. */
export async function composeRestore(
  context: CommandContext,
  input: {
    readonly environment: { readonly id: EnvironmentId; readonly name: string };
    readonly moment: Date;
    /** Only these; all without. */
    readonly applications: readonly string[] | undefined;
    /** Whether values that people set are set back, too. */
    readonly setBack: boolean;
  },
): Promise<Composed> {
  const { db } = context;
  const { environment, moment, setBack } = input;
  const at = moment.toISOString();
  if (moment >= context.now)
    return refuse('invalid-request', `${at} has not come yet; an environment goes back to a moment that was`);
  const only = await keysOf(db, input.applications);
  const chosen = (state: EnvironmentState): EnvironmentState =>
    only === undefined ? state : new Map([...state].filter(([application]) => only.has(application)));
  const now = chosen(await readStateNow(db, environment.id));
  const then = chosen(await readStateAt(db, { environment: environment.id, moment }));
  const steps = planRestore(now, then);
  if (steps.length === 0)
    return refuse('nothing-to-do', `${environment.name} is what it was at ${at}; there is nothing to restore`);
  // Before any of them is named.
  const applications = steps.map((step) => step.application);
  await context.access.ask(db, { capability: 'deploy', environment: environment.id, applications });
  const known = await readKnown(db, steps);
  const findings: Finding[] = [];
  const operations: OperationRequest[] = [];
  for (const step of steps) {
    const name = known.names.get(step.application);
    if (step.kind === 'take-out') {
      if (name === undefined) continue;
      operations.push({ kind: 'remove', application: step.application });
      findings.push(removes(name, `it was not in ${environment.name} at ${at}`));
    } else if (name === undefined || !known.builds.has(step.wanted.build))
      findings.push(incomplete(name ?? 'an application that is gone', { running: now.has(step.application) }));
    else {
      operations.push({ kind: 'deploy', application: step.application, source: { kind: 'moment', at, setBack } });
      findings.push(...settingFindings({ step, name, now, setBack }));
    }
  }
  return limited({ operations, findings });
}

/** What undoes all that a plan changed. */
export async function composeRollback(
  context: CommandContext,
  input: { readonly row: PlanRow; readonly setBack: boolean },
): Promise<Composed> {
  const { db } = context;
  const { row, setBack } = input;
  if (!isTerminal(row.state))
    return refuse(
      'wrong-state',
      `plan ${row.number} is ${row.state}; only what has ended is undone. ${row.startedAt === null ? 'Cancel' : 'Abort'} it instead`,
    );
  const changed = row.body.operations.filter((each) => each.state === 'succeeded');
  if (changed.length === 0) return refuse('nothing-to-do', `plan ${row.number} changed nothing that is still there`);
  const now = await readStateNow(db, row.environmentId);
  const present = await db
    .selectFrom('targets')
    .select(['applicationId', 'operation'])
    .where('environmentId', '=', row.environmentId)
    .execute();
  const operationOf = new Map(present.map((each) => [each.applicationId, each.operation]));
  const findings: Finding[] = [];
  const operations: OperationRequest[] = [];
  for (const each of changed) {
    const runs = now.get(each.application);
    if (each.before === null ? runs === undefined : isSame(runs, each.before)) continue;
    if (operationOf.get(each.application) !== each.after?.operation)
      findings.push({
        code: 'restore-overtakes',
        severity: 'warning',
        application: each.applicationName,
        detail: `it was changed again after plan ${row.number}; that is undone too`,
        fix: null,
      });
    if (each.before === null) {
      operations.push({ kind: 'remove', application: each.application });
      findings.push(removes(each.applicationName, `plan ${row.number} brought it`));
      continue;
    }
    operations.push({
      kind: 'deploy',
      application: each.application,
      source: { kind: 'before-plan', plan: String(row.number), setBack },
    });
    findings.push(
      ...settingFindings({
        step: {
          kind: 'bring-back',
          application: each.application,
          wanted: { build: each.before.build, settings: each.before.settingsHash },
        },
        name: each.applicationName,
        now,
        setBack,
      }),
    );
  }
  if (operations.length === 0)
    return refuse('nothing-to-do', `everything is again what it was before plan ${row.number}`);
  return limited({ operations, findings });
}

function isSame(
  runs: { readonly build: string; readonly settings: string | null } | undefined,
  before: { readonly build: string; readonly settingsHash: string },
): boolean {
  return runs !== undefined && runs.build === before.build && runs.settings === before.settingsHash;
}

function limited(composed: Composed): Composed {
  if (composed.operations.length === 0)
    return refuse('nothing-to-do', composed.findings.map((each) => each.detail).join('; '));
  if (composed.operations.length > mostOperations)
    return refuse(
      'invalid-request',
      `${composed.operations.length} applications would change; one plan takes ${mostOperations}: name some of them`,
    );
  return composed;
}

async function keysOf(
  db: Kysely<Tables>,
  applications: readonly string[] | undefined,
): Promise<ReadonlySet<ApplicationId> | undefined> {
  if (applications === undefined) return undefined;
  const keys = new Set<ApplicationId>();
  for (const each of applications) keys.add((await findApplication(db, each)).id);
  return keys;
}

async function readKnown(db: Kysely<Tables>, steps: readonly RestoreStep[]) {
  const applications = await db
    .selectFrom('applications')
    .select(['id', 'name'])
    .where((where) => where('id', '=', where.fn.any(where.val(steps.map((each) => each.application)))))
    .execute();
  const wanted = steps.flatMap((each) => (each.kind === 'bring-back' ? [each.wanted.build] : []));
  const builds = await db
    .selectFrom('builds')
    .select('id')
    .where((where) => where('id', '=', where.fn.any(where.val(wanted))))
    .where('state', '=', 'succeeded')
    .execute();
  return {
    names: new Map(applications.map((each) => [each.id, each.name])),
    builds: new Set(builds.map((each) => each.id)),
  };
}

function removes(name: string, why: string): Finding {
  return {
    code: 'restore-removes',
    severity: 'warning',
    application: name,
    detail: `it is taken out: ${why}`,
    fix: null,
  };
}

function incomplete(name: string, input: { readonly running: boolean }): Finding {
  return {
    code: 'restore-incomplete',
    severity: 'warning',
    application: name,
    detail: `it cannot be had back, because it or its build is gone; ${input.running ? 'what runs stays' : 'it stays away'}`,
    fix: null,
  };
}

/** Says when values were set since that time: they hold again from the next deployment on. */
function settingFindings(input: {
  readonly step: Extract<RestoreStep, { readonly kind: 'bring-back' }>;
  readonly name: string;
  readonly now: EnvironmentState;
  readonly setBack: boolean;
}): readonly Finding[] {
  const { step, name } = input;
  const settings = step.wanted.settings;
  if (settings === null)
    return [
      {
        code: 'settings-of-then',
        severity: 'warning',
        application: name,
        detail: 'which settings it had then is not known any more; it gets those that are set now',
        fix: null,
      },
    ];
  if (settings === input.now.get(step.application)?.settings || input.setBack) return [];
  return [
    {
      code: 'settings-of-then',
      severity: 'warning',
      application: name,
      detail: `it gets the settings of then; values that were set since stay set, and hold again from its next deployment on`,
      fix: `almanac settings history ${name}`,
    },
  ];
}
