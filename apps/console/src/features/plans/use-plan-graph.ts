import type { Plan } from '@almanac/protocol';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../../api.ts';
import { brokenReferences } from './finding.view-model.ts';
import { contractsOf, type PlanGraph, planGraph } from './plan-graph.view-model.ts';

/** Of so many neighbours the contracts are read; more would say nothing in a drawing. */
const mostNeighbours = 60;

/** The references between what a plan changes and what stands beside it, read from the manifests of the builds. */
export function usePlanGraph(plan: Plan): {
  readonly graph: PlanGraph;
  readonly reading: boolean;
  readonly error: unknown;
  /** Applications of the environment that were not looked at. */
  readonly leftOut: number;
} {
  const board = useQuery({ queryKey: ['board', 'beside'], queryFn: () => api.getBoard({ query: { limit: 200 } }) });
  const runs = useMemo(() => runsAfter(plan, board.data?.rows ?? []), [plan, board.data]);
  const looked = runs.slice(0, plan.operations.length + mostNeighbours);
  const builds = useQueries({
    queries: looked.map(({ build }) => ({
      queryKey: ['build', build],
      queryFn: () => api.getBuild({ params: { build } }),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const after = builds.flatMap(({ data }, index) => {
    const application = looked[index]?.application;
    return data?.manifest == null || application === undefined ? [] : [contractsOf(application, data.manifest)];
  });
  return {
    graph: planGraph({ operations: plan.operations, after, broken: brokenReferences(plan.findings) }),
    reading: board.isPending || builds.some((each) => each.isPending),
    error: board.error ?? builds.find((each) => each.isError)?.error ?? null,
    leftOut: runs.length - looked.length,
  };
}

type Row = Awaited<ReturnType<typeof api.getBoard>>['rows'][number];

/** What each application runs in the environment once the plan is done: those of the plan first. */
function runsAfter(plan: Plan, rows: readonly Row[]) {
  const planned = new Set(plan.operations.map((each) => each.application.name));
  const own = plan.operations.flatMap((each) => {
    const build = each.kind === 'remove' ? null : (each.after ?? each.before);
    return build === null ? [] : [{ application: each.application.name, build: build.id }];
  });
  const beside = rows.flatMap((row) => {
    const cell = row.cells.find((each) => each.environment === plan.environment.id);
    if (cell === undefined || planned.has(row.application.name)) return [];
    return [{ application: row.application.name, build: cell.build.id }];
  });
  return [...own, ...beside];
}
