import { combinePolicies, type GateObservation, isAnalysedAnew } from '@almanac/domain';
import { type GovernanceFacts, observeGates, type Subject } from '@almanac/domain/governance';
import type { PlanRow, Tables } from '../database/tables.ts';
import type { World } from '../world.ts';
import { analyse, nameOf } from './analyse.ts';

export interface Standing {
  readonly facts: GovernanceFacts;
  readonly gates: GateObservation;
  readonly findings: Subject['findings'];
}

/** What stands between a plan and its start, as the server's `readStanding` puts it together. */
export function readStanding(
  world: Pick<World, 'estate' | 'newId'>,
  tables: Tables,
  look: { readonly row: PlanRow; readonly now: number },
): Standing {
  const { row, now } = look;
  const { body } = row;
  const environment = world.estate.environmentOf(body.environment);
  const facts: GovernanceFacts = {
    environment: environment.name,
    previous: environment.previous?.name ?? null,
    requirements: combinePolicies([environment.policy]),
    freezes: tables.freezes.filter((each) => each.environment === body.environment),
    quarantines: [...tables.quarantines].map((build) => ({ build, reason: 'it is not to be trusted', by: 'Hedy' })),
  };
  const { content, findings } = isAnalysedAnew(body.state)
    ? analyse(world, tables, {
        environment: body.environment,
        choices: row.choices,
        failurePolicy: body.failurePolicy,
        earlier: body.operations,
      })
    : { content: body, findings: [] };
  const subject: Subject = {
    authors: body.authors,
    content: content.content,
    approvals: tables.approvals.filter((each) => each.plan === body.id),
    exemptions: tables.exemptions.filter((each) => each.plan === body.id),
    confirmed: row.confirmed,
    startAt: body.startAt,
    hotfix: body.hotfix,
    candidates: content.operations.flatMap(({ kind, after, application }) => {
      const build = kind === 'deploy' && after !== null ? tables.builds.get(after.build) : undefined;
      if (build === undefined) return [];
      const tests = build.testsPassed ? { passed: 9, failed: 0 } : { passed: 8, failed: 1 };
      const { builtAt, label } = build;
      return [{ application: nameOf(world, application), build: build.build, label, builtAt, tests, soak: null }];
    }),
    findings,
  };
  return {
    facts,
    findings,
    gates: observeGates({ plan: body, analysed: content, subject, facts, rings: environment.rings }, now),
  };
}
