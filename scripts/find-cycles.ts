/** Circles in a graph, each as the nodes along it. A circle is reported once; one that shares its closing edge is not. */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const path: string[] = [];
  const state = new Map<string, "on path" | "done">();
  const visit = (node: string) => {
    if (state.get(node) === "done") return;
    if (state.get(node) === "on path") {
      cycles.push(path.slice(path.indexOf(node)));
      return;
    }
    state.set(node, "on path");
    path.push(node);
    for (const next of edges.get(node) ?? []) visit(next);
    path.pop();
    state.set(node, "done");
  };
  for (const node of edges.keys()) visit(node);
  return cycles;
}
