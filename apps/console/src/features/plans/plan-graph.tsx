import { graphlib, layout } from '@dagrejs/dagre';
import { useMemo, useState } from 'react';
import { type GraphEdge, type GraphNode, graphWords, type PlanGraph } from './plan-graph.view-model.ts';

const nodeSize = { width: 156, height: 52 };

interface Placed {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly { readonly node: GraphNode; readonly x: number; readonly y: number }[];
  readonly edges: readonly {
    readonly edge: GraphEdge;
    readonly path: string;
    readonly label: { readonly x: number; readonly y: number };
  }[];
}

/**
 * Applications as boxes, producers left of their consumers (above them where it is narrow), as they are deployed; references as lines, broken ones
 * marked. What is pointed at or focused brings out its own references.
 */
export function PlanGraphView(props: { readonly graph: PlanGraph; readonly narrow: boolean }) {
  const { graph, narrow } = props;
  const placed = useMemo(() => place(graph, narrow ? 'TB' : 'LR'), [graph, narrow]);
  const [focus, setFocus] = useState<string | null>(null);
  const near = (edge: GraphEdge) => focus === null || edge.consumer === focus || edge.producer === focus;
  return (
    <figure className="graph" aria-label={`References: ${graphWords(graph)}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="graph-scroll" tabIndex={0} aria-label="Applications and their references">
        <div className="graph-area" style={{ width: placed.width, height: placed.height }}>
          <svg width={placed.width} height={placed.height} aria-hidden focusable="false">
            <defs>
              <marker id="graph-end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                <path d="M0 0 8 4 0 8z" />
              </marker>
              <marker
                id="graph-end-broken"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0 0 8 4 0 8z" className="broken" />
              </marker>
            </defs>
            {placed.edges.map(({ edge, path, label }) => (
              <g
                key={`${edge.consumer} ${edge.producer} ${edge.contract}`}
                className={`graph-edge${edge.fault === null ? '' : ' broken'}${near(edge) ? '' : ' far'}`}
              >
                <path d={path} markerEnd={edge.fault === null ? 'url(#graph-end)' : 'url(#graph-end-broken)'} />
                {edge.fault === null ? null : (
                  <text x={label.x} y={label.y + 4} textAnchor="middle">
                    ✕
                  </text>
                )}
              </g>
            ))}
          </svg>
          <ul>
            {placed.nodes.map(({ node, x, y }) => (
              <Node
                key={node.application}
                node={node}
                references={graph.edges.filter((edge) => edge.consumer === node.application)}
                far={focus !== null && focus !== node.application && !isNear(graph, focus, node.application)}
                at={{ x, y }}
                onFocus={setFocus}
              />
            ))}
          </ul>
        </div>
      </section>
      <figcaption className="soft">
        {graphWords(graph)}. An arrow leads from what is provided to whoever consumes it.
      </figcaption>
    </figure>
  );
}

function Node(props: {
  readonly node: GraphNode;
  readonly references: readonly GraphEdge[];
  readonly far: boolean;
  readonly at: { readonly x: number; readonly y: number };
  readonly onFocus: (application: string | null) => void;
}) {
  const { node, at } = props;
  const kind = node.change === null ? 'beside' : node.change.kind;
  return (
    <li style={{ left: at.x, top: at.y, width: nodeSize.width, height: nodeSize.height }}>
      <button
        type="button"
        className={`graph-node ${kind}${node.broken ? ' broken' : ''}${props.far ? ' far' : ''}`}
        onMouseEnter={() => props.onFocus(node.application)}
        onMouseLeave={() => props.onFocus(null)}
        onFocus={() => props.onFocus(node.application)}
        onBlur={() => props.onFocus(null)}
        title={props.references.map(referenceLine).join('\n') || undefined}
      >
        <span className="graph-name">
          {node.broken ? <span aria-hidden>■ </span> : null}
          {node.application}
        </span>
        <span className="graph-change">{changeWords(node)}</span>
        <span className="visually-hidden">{props.references.map(referenceLine).join('; ')}</span>
      </button>
    </li>
  );
}

function referenceLine(edge: GraphEdge): string {
  return edge.fault === null ? `consumes ${edge.contract} of ${edge.producer}` : `broken: ${edge.fault}`;
}

function changeWords(node: GraphNode): string {
  const { change } = node;
  if (change === null) return node.present ? 'stays as it is' : 'is not there';
  const wave = node.wave === null ? '' : ` · wave ${node.wave + 1}`;
  if (change.kind === 'remove') return `removed${wave}`;
  if (change.kind === 'configure') return `settings${wave}`;
  return `${change.before ?? 'nothing'} → ${change.after ?? 'nothing'}${wave}`;
}

function isNear(graph: PlanGraph, focus: string, application: string): boolean {
  return graph.edges.some(
    (edge) =>
      (edge.consumer === focus && edge.producer === application) ||
      (edge.producer === focus && edge.consumer === application),
  );
}

/** Ranks by reference, so that producers stand before their consumers as the waves of the plan do. */
function place(graph: PlanGraph, rankdir: 'LR' | 'TB'): Placed {
  const drawing = new graphlib.Graph({ multigraph: true });
  drawing.setGraph({ rankdir, nodesep: 20, ranksep: 56, marginx: 8, marginy: 8 });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) drawing.setNode(node.application, { ...nodeSize });
  for (const edge of graph.edges) drawing.setEdge(edge.producer, edge.consumer, {}, edge.contract);
  layout(drawing);
  const size = drawing.graph();
  return {
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
    nodes: graph.nodes.map((node) => {
      const { x, y } = drawing.node(node.application);
      return { node, x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 };
    }),
    edges: graph.edges.map((edge) => {
      const points = drawing.edge(edge.producer, edge.consumer, edge.contract).points ?? [];
      return { edge, path: pathThrough(points), label: points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 } };
    }),
  };
}

/** A line through points with its corners rounded off. */
function pathThrough(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const middle = rest.slice(0, -1).flatMap((point, index) => {
    const next = rest[index + 1];
    return next === undefined ? [] : [`Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`];
  });
  const last = rest.at(-1) ?? first;
  return `M${first.x} ${first.y}${middle.join('')}L${last.x} ${last.y}`;
}
