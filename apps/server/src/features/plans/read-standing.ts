import { type GateObservation, type Id, isAnalysedAnew, type Obstacle } from '@almanac/domain';
import { earliestStart, type GovernanceFacts, observeGates, type Subject, standing } from '@almanac/domain/governance';
import type { Finding, Standing } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { readRings } from '#features/environments';
import { readCandidates, readGovernance } from '#features/governance';
import type { Tables } from '#tables';
import { type Analysis, analyse, readStamp } from './analysis-stamp.ts';
import { choicesOf } from './choice.ts';
import type { PlanRow } from './load-plan.ts';
import { readApprovals } from './voices.ts';

/** Found out when a way back was composed; the analysis does not look for them. */
const ofRestores: ReadonlySet<Finding['code']> = new Set([
  'restore-removes',
  'restore-incomplete',
  'restore-overtakes',
  'settings-of-then',
]);

export interface PlanStanding {
  readonly subject: Subject;
  readonly facts: GovernanceFacts;
  readonly gates: GateObservation;
  readonly analysis: Analysis;
  readonly findings: readonly Finding[];
}

interface Look {
  readonly db: Kysely<Tables>;
  readonly now: Date;
  readonly newId: <Kind extends string>() => Id<Kind>;
}

/**
 * What stands between a plan and its start, or the switch of a staged one: analysed as the environment is now, again
 * where anything moved that its analysis stands on. Of a plan that runs only what could stop it is read.
 */
export async function readStanding(look: Look, row: PlanRow): Promise<PlanStanding> {
  const { db, now } = look;
  const { body } = row;
  const facts = await readGovernance(db, row.environmentId);
  const waits = isAnalysedAnew(body.state);
  const kept: Analysis = { analysed: body, findings: row.findings, stamp: row.analysisStamp };
  const analysis = waits && !(await stillHolds(look, row)) ? await analyseAgain(look, row) : kept;
  const { analysed, findings } = analysis;
  const { requirements } = facts;
  const builds = analysed.operations.flatMap((each) => (each.kind === 'deploy' ? (each.after?.build ?? []) : []));
  const candidates = waits
    ? await readCandidates(db, { environment: row.environmentId, builds, now, requirements })
    : [];
  const subject: Subject = {
    authors: body.authors,
    content: analysed.content,
    ...(await readWords(db, row)),
    confirmed: row.confirmed,
    startAt: body.startAt,
    hotfix: body.hotfix,
    candidates,
    findings,
  };
  return {
    subject,
    facts,
    analysis,
    findings,
    gates: observeGates(
      { plan: body, analysed, subject, facts, rings: await readRings(db, row.environmentId) },
      now.getTime(),
    ),
  };
}

/** Whether nothing moved on which the analysis of a plan stands. */
async function stillHolds({ db }: Look, row: PlanRow): Promise<boolean> {
  if (row.analysisStamp === null) return false;
  return row.analysisStamp === (await readStamp(db, { environment: row.environmentId, choices: choicesOf(row) }));
}

async function analyseAgain({ db, newId }: Look, row: PlanRow): Promise<Analysis> {
  const { analysed, findings, stamp } = await analyse(db, {
    environment: { id: row.environmentId, name: row.environmentName },
    choices: choicesOf(row),
    failurePolicy: row.body.failurePolicy,
    earlier: row.body.operations,
    newId,
  });
  return { analysed, stamp, findings: [...findings, ...row.findings.filter((each) => ofRestores.has(each.code))] };
}

/** What people said of a plan. */
async function readWords(db: Kysely<Tables>, row: PlanRow): Promise<Pick<Subject, 'approvals' | 'exemptions'>> {
  const exemptions = await db
    .selectFrom('planExemptions')
    .select(['subject', 'content'])
    .where('planId', '=', row.id)
    .execute();
  return { approvals: await readApprovals(db, row), exemptions };
}

/** The complete list for people, with the time at which it would be empty if nobody did anything. */
export function presentStanding(
  given: Pick<PlanStanding, 'subject' | 'facts'> & { readonly plan?: number },
  now: Date,
): Standing {
  const obstacles = standing(given.subject, given.facts, now.getTime());
  const earliest = earliestStart(given.subject, given.facts, now.getTime());
  return { obstacles: obstacles.map((each) => presentObstacle(each, given.plan)), earliest: timeOf(earliest) };
}

/** Commands name the plan, where there is one. */
export function presentObstacle(each: Obstacle, plan: number | undefined): Standing['obstacles'][number] {
  const action = plan === undefined ? each.action : each.action.replace('<number>', String(plan));
  return { ...each, action, earliest: timeOf(each.earliest) };
}

function timeOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
