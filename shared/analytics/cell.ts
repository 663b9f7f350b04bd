/** What figures are kept apart by. What is absent is not known of them. */
export type Dimensions = {
  tenant: string;
  user: string;
  /** The id of the key it was submitted with. */
  key?: string;
  provider?: string;
  model?: string;
  type: string;
};

/**
 * Whole numbers by name, so that any order of adding gives the same sum. Of tasks: `accepted`, each ending by its status,
 * `cacheHits`, `cachePartial`, `savedMicros`. Of attempts: `attempts.{outcome}`, `attempts.cached`, `errors.{code}`,
 * `tokens.{class}`, `costMicros`, `unknownCosts`. Of each latency: `{latency}.sum`, and `{latency}.{bucket}`.
 */
export type Counts = Record<string, number>;

export type Cell = Dimensions & { counts: Counts };

export const latencies = ["queueWaitMs", "firstTokenMs", "attemptMs", "processingMs", "totalMs"] as const;
export type Latency = (typeof latencies)[number];

/** Cells by what tells them apart. */
export type Cells = Map<string, Cell>;

export function toCellKey({ tenant, user, key, provider, model, type }: Dimensions): string {
  return JSON.stringify([tenant, user, key, provider, model, type]);
}

export function toDimensions({ tenant, user, key, provider, model, type }: Dimensions): Dimensions {
  return {
    ...{ tenant, user, type },
    ...(key !== undefined && { key }),
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
  };
}

export function addCounts(sum: Counts, counts: Counts): void {
  for (const name in counts) sum[name] = (sum[name] ?? 0) + (counts[name] ?? 0);
}

/** Adds a cell to others, which keep numbers of their own. */
export function addCell(cells: Cells, cell: Cell, cellKey = toCellKey(cell)): void {
  const known = cells.get(cellKey);
  if (known) addCounts(known.counts, cell.counts);
  else cells.set(cellKey, { ...toDimensions(cell), counts: { ...cell.counts } });
}

export function sumCells(list: Iterable<Cell>): Cells {
  const cells: Cells = new Map();
  for (const cell of list) addCell(cells, cell);
  return cells;
}
