/**
 * Strongly connected components, each after those that it leads to (Tarjan 1972, with a stack of our own so that depth
 * costs no stack of the program).
 */
export function componentsOf(edges: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const index: number[] = new Array<number>(edges.length).fill(-1);
  const low: number[] = new Array<number>(edges.length).fill(0);
  const open: boolean[] = new Array<boolean>(edges.length).fill(false);
  const stack: number[] = [];
  const components: number[][] = [];
  let next = 0;
  for (const start of edges.keys()) {
    if (index[start] !== -1) continue;
    const work: { readonly node: number; edge: number }[] = [];
    const enter = (node: number): void => {
      index[node] = next;
      low[node] = next;
      next += 1;
      stack.push(node);
      open[node] = true;
      work.push({ node, edge: 0 });
    };
    enter(start);
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const { node } = top;
      const to = edges[node]?.[top.edge];
      if (to !== undefined) {
        top.edge += 1;
        if (index[to] === -1) enter(to);
        else if (open[to] === true) low[node] = Math.min(low[node] ?? 0, index[to] ?? 0);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) low[parent.node] = Math.min(low[parent.node] ?? 0, low[node] ?? 0);
      if (low[node] !== index[node]) continue;
      const component: number[] = [];
      for (let each = stack.pop(); each !== undefined; each = stack.pop()) {
        open[each] = false;
        component.push(each);
        if (each === node) break;
      }
      components.push(component);
    }
  }
  return components;
}
