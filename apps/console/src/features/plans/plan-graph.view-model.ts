import type { Manifest, Plan } from '@almanac/protocol';

/** An application of the graph: one that the plan changes, or one beside it. */
export interface GraphNode {
  readonly application: string;
  /** What becomes of it; null for one that the plan leaves alone. */
  readonly change: { readonly before: string | null; readonly after: string | null; readonly kind: string } | null;
  readonly wave: number | null;
  /** Whether the environment would have it. */
  readonly present: boolean;
  readonly broken: boolean;
}

/** A reference, from who consumes to who provides. */
export interface GraphEdge {
  readonly consumer: string;
  readonly producer: string;
  readonly contract: string;
  /** What is wrong with it, in a sentence; null for one that holds. */
  readonly fault: string | null;
}

export interface PlanGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** What an application runs after the plan, as far as the graph needs it. */
export interface Contracts {
  readonly application: string;
  readonly provides: readonly string[];
  readonly consumes: readonly string[];
}

/** A reference that would not hold. */
export interface BrokenReference {
  readonly consumer: string;
  readonly producer: string;
  readonly contract: string;
  readonly detail: string;
}

export function contractsOf(application: string, manifest: Manifest): Contracts {
  const modules = Object.values(manifest.modules);
  return {
    application,
    provides: [...new Set(modules.flatMap((module) => Object.keys(module.provides)))],
    consumes: [...new Set(modules.flatMap((module) => Object.keys(module.consumes)))],
  };
}

/**
 * The applications of a plan and their neighbours with the references between them. A neighbour that no reference
 * leads to or from is left out: the graph shows what the plan can touch.
 */
export function planGraph(input: {
  readonly operations: Plan['operations'];
  readonly after: readonly Contracts[];
  readonly broken: readonly BrokenReference[];
}): PlanGraph {
  const planned = new Map(input.operations.map((each) => [each.application.name, each]));
  const removed = new Set(
    input.operations.filter((each) => each.kind === 'remove').map((each) => each.application.name),
  );
  const present = input.after.filter((each) => !removed.has(each.application));
  const healthy = present.flatMap((consumer) =>
    consumer.consumes.flatMap((contract) =>
      present
        .filter((each) => each.provides.includes(contract) && each.application !== consumer.application)
        .map((producer) => ({ consumer: consumer.application, producer: producer.application, contract, fault: null })),
    ),
  );
  const faulty = input.broken.map(({ detail, ...rest }): GraphEdge => ({ ...rest, fault: detail }));
  const edges = [...faulty, ...healthy.filter((edge) => !faulty.some((each) => keyOf(each) === keyOf(edge)))].filter(
    (edge) => planned.has(edge.consumer) || planned.has(edge.producer),
  );
  const unique = [...new Map(edges.map((edge) => [keyOf(edge), edge])).values()];
  const named = new Set([...planned.keys(), ...unique.flatMap((edge) => [edge.consumer, edge.producer])]);
  const brokenOnes = new Set(faulty.flatMap((edge) => [edge.consumer]));
  return {
    nodes: [...named].toSorted().map((application): GraphNode => {
      const operation = planned.get(application);
      return {
        application,
        change:
          operation === undefined
            ? null
            : {
                before: operation.before?.label ?? null,
                after: operation.kind === 'remove' ? null : (operation.after?.label ?? null),
                kind: operation.kind,
              },
        wave: operation?.wave ?? null,
        present: present.some((each) => each.application === application),
        broken: brokenOnes.has(application),
      };
    }),
    edges: unique,
  };
}

const keyOf = (edge: Pick<GraphEdge, 'consumer' | 'producer' | 'contract'>) =>
  `${edge.consumer} ${edge.producer} ${edge.contract}`;

/** The graph in a sentence, for whoever does not see it. */
export function graphWords(graph: PlanGraph): string {
  const changed = graph.nodes.filter((each) => each.change !== null).length;
  const broken = graph.edges.filter((each) => each.fault !== null).length;
  const of = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return `${of(changed, 'application')} changed, ${of(graph.nodes.length - changed, 'neighbour')}, ${of(graph.edges.length, 'reference')}${broken === 0 ? '' : `, ${broken} broken`}`;
}
