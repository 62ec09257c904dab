import type { ImpactQuestion } from '@almanac/domain';
import type { DrawnEstate } from '@almanac/testkit';
import { MultiDirectedGraph } from 'graphology';

/**
 * The same estate and the same question on graphology: builds and elements are nodes; an edge from a build to an element
 * says that it provides it or consumes it, with the fingerprint. It is asked as the index is: what is deployed, and who
 * consumes the elements that are provided otherwise than before.
 */
interface Edge {
  readonly kind: 'provides' | 'consumes';
  readonly fingerprint: string;
  readonly module: string;
}

export interface EstateGraph {
  readonly graph: MultiDirectedGraph<{ readonly application?: string }, Edge>;
  readonly installed: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly compatible: DrawnEstate['compatible'];
}

export function graphOf(estate: DrawnEstate): EstateGraph {
  const graph: EstateGraph['graph'] = new MultiDirectedGraph();
  const installed = new Map<string, Map<string, string>>(estate.environments.map((each) => [each, new Map()]));
  for (const [at, application] of estate.applications.entries()) {
    for (const build of estate.buildsOf(at)) {
      graph.mergeNode(build.build, { application });
      for (const { contract, module, elements } of build.provides)
        for (const { key, fingerprint } of elements ?? []) {
          graph.mergeNode(`${contract} ${key}`);
          graph.addEdge(build.build, `${contract} ${key}`, { kind: 'provides', fingerprint, module });
        }
      for (const { contract, module, elements } of build.consumes)
        for (const { key, builtAgainst } of elements) {
          graph.mergeNode(`${contract} ${key}`);
          graph.addEdge(build.build, `${contract} ${key}`, {
            kind: 'consumes',
            fingerprint: builtAgainst ?? '',
            module,
          });
        }
    }
    for (const [number, environment] of estate.environments.entries())
      installed.get(environment)?.set(application, estate.installed(number, at));
  }
  return { graph, installed, compatible: estate.compatible };
}

export function askGraph(estate: EstateGraph, question: ImpactQuestion): readonly string[] {
  const { graph, compatible } = estate;
  const installed = estate.installed.get(question.environment);
  const deployed = new Map<string, string>(
    question.changes.flatMap((each) => (each.kind === 'deploy' ? [[each.application, each.build] as const] : [])),
  );
  const applicationOf = (build: string) => graph.getNodeAttribute(build, 'application') ?? '';
  const isBefore = (build: string) => installed?.get(applicationOf(build)) === build;
  const isAfter = (build: string) => {
    const application = applicationOf(build);
    return (deployed.get(application) ?? installed?.get(application)) === build;
  };
  const providedIn = (element: string, holds: (build: string) => boolean): string | undefined => {
    const edge = graph.findInEdge(element, (_edge, each, build) => each.kind === 'provides' && holds(build));
    return edge === undefined ? undefined : graph.getEdgeAttribute(edge, 'fingerprint');
  };
  const lines: string[] = [];
  const judge = (build: string, element: string, { fingerprint, module }: Edge): void => {
    const provided = providedIn(element, isAfter);
    if (provided === fingerprint) return;
    const kind =
      provided === undefined
        ? 'element-missing'
        : compatible(provided, fingerprint)
          ? 'differs'
          : 'element-incompatible';
    lines.push([kind, applicationOf(build), module, element].join(' '));
  };
  const changed = new Set<string>();
  for (const [application, build] of deployed) {
    for (const each of new Set([build, installed?.get(application) ?? build]))
      graph.forEachOutEdge(each, (_edge, attributes, _build, element) => {
        if (attributes.kind === 'provides' && providedIn(element, isBefore) !== providedIn(element, isAfter))
          changed.add(element);
      });
    graph.forEachOutEdge(build, (_edge, attributes, _build, element) => {
      if (attributes.kind === 'consumes') judge(build, element, attributes);
    });
  }
  for (const element of changed)
    graph.forEachInEdge(element, (_edge, attributes, build) => {
      if (attributes.kind === 'consumes' && isAfter(build) && !deployed.has(applicationOf(build)))
        judge(build, element, attributes);
    });
  return lines.toSorted();
}
