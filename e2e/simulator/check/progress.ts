import { isTerminal, isUnderWay, type Plan, touchedBy } from '@almanac/domain';
import type { Tables } from '../database/tables.ts';
import type { Plant } from '../faults/plant.ts';
import { readStanding } from '../server/standing.ts';
import type { Host } from '../site/host.ts';
import type { World } from '../world.ts';

/** Which plans neither are at their end nor wait for a person, and why, in words. */
export function stuckPlans(world: World): readonly string[] {
  const tables = world.database.tables();
  return [...tables.plans.values()].flatMap(({ body }) => {
    if (isTerminal(body.state) || body.state === 'draft' || waitsForPerson(world, tables, body)) return [];
    return [`plan ${body.number} is ${body.state} (${body.reason ?? 'without a reason'})`];
  });
}

/** Whether somebody who can be named has to do something before a plan goes on. */
function waitsForPerson(world: World, tables: Tables, plan: Plan): boolean {
  if (plan.state === 'draft' || (plan.state === 'staged' && !plan.continued)) return true;
  if (plan.state === 'paused')
    return plan.paused?.by === 'person' || plan.paused?.by === 'ring' || isFrozenForGood(tables, plan);
  if (plan.state === 'queued')
    return [...tables.plans.values()].some(
      ({ body }) =>
        body.environment === plan.environment &&
        isUnderWay(body.state) &&
        touch(body, plan) &&
        waitsForPerson(world, tables, body),
    );
  const row = tables.plans.get(plan.id);
  if (
    row === undefined ||
    (plan.state !== 'awaiting-approval' && plan.state !== 'scheduled' && plan.state !== 'staged')
  )
    return false;
  const { gates } = readStanding(world, tables, { row, now: world.database.now() });
  return gates.obstacles.some((each) => each.earliest === null);
}

function isFrozenForGood(tables: Tables, plan: Plan): boolean {
  return tables.freezes.some((each) => each.environment === plan.environment && each.until === null);
}

function touch(a: Plan, b: Plan): boolean {
  const own = new Set(touchedBy(a));
  return touchedBy(b).some((each) => own.has(each));
}

/** What a site that can be reached has not become yet of what it should be, in words. */
export function unsettledSites({ world, hosts, network }: Plant): readonly string[] {
  const tables = world.database.tables();
  return hosts.flatMap((host) => {
    const { name, id } = host.site;
    const row = tables.sites.get(id);
    const agent = host.agent();
    if (network.cut.has(id)) return [];
    if (agent === undefined || row === undefined) return [`${name} has no agent`];
    const { incarnation, generation } = agent.generation();
    const newest = row.document?.document;
    if (newest !== undefined && (incarnation !== newest.incarnation || generation !== newest.generation))
      return [
        `${name} goes by generation ${incarnation}.${generation} and not by ${newest.incarnation}.${newest.generation}`,
      ];
    const told = row.report;
    const late = newest !== undefined && (told?.generation !== generation || told.incarnation !== incarnation);
    return [...(late ? [`the server does not know what ${name} goes by`] : []), ...unsettled(world, host, tables)];
  });
}

function unsettled(world: World, host: Host, tables: Tables): readonly string[] {
  const { name, id } = host.site;
  const { applications, instances } = host.agent()?.context.journal.state ?? { applications: {}, instances: [] };
  const row = tables.sites.get(id);
  const wanted = (row?.document?.document.applications ?? []).filter((each) => !each.stageOnly);
  const wrong = wanted.flatMap(({ application, name: called, target }) => {
    const rollout = applications[application]?.rollout;
    const damaged = world.nature.traitsOf(target.operation)?.fault === 'damaged';
    const well = rollout?.phase === 'healthy' && rollout.stable?.operation === target.operation;
    const failed = rollout?.phase === 'failed' && rollout.failed?.operation === target.operation;
    const told = row?.report?.applications.find(
      (each) => each.application === application && each.operation === target.operation,
    );
    if (damaged) return told?.phase === 'failed' ? [] : [`${name} does not say that ${called} is damaged`];
    if (!well && !failed) return [`${called} on ${name} is ${rollout?.phase ?? 'absent'} instead of ${target.build}`];
    return told?.phase === rollout.phase
      ? []
      : [`the server believes that ${called} on ${name} is ${told?.phase ?? 'absent'}`];
  });
  const left = Object.values(applications).filter((each) => !wanted.some(({ application }) => application === each.id));
  const missing = instances.filter((each) => {
    const process = host.machine.find(each.id);
    return process === undefined || process.exitCode !== null;
  });
  const known = new Set(instances.map((each) => each.id));
  const orphans = [...host.machine.running.values()].filter(
    (each) => each.kind === 'instance' && each.exitCode === null && !known.has(each.id),
  );
  return [
    ...wrong,
    ...left.map((each) => `${each.name} is still on ${name}`),
    ...missing.map((each) => `${each.id} on ${name} does not run`),
    ...orphans.map((each) => `${each.id} on ${name} is an orphan`),
  ];
}
