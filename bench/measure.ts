/** One line of the table: what was measured, how much, in what. */
export type Figure = { name: string; value: number; unit: string };

export type Bench = {
  name: string;
  about: string;
  /** Throws `MissingTool` when what it compares with is not on this machine. */
  run(scale: number): Promise<Figure[]>;
};

/** The value below which `share` (0–1) of the sorted numbers lie. */
export function quantile(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Runs `count` calls of `act`, `width` at a time. Resolves to the milliseconds of each and of all. */
export async function runMany(
  count: number,
  width: number,
  act: (index: number) => Promise<void>,
): Promise<{ each: number[]; allMs: number }> {
  const each: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const lane = async () => {
    while (next < count) {
      const index = next++;
      const from = performance.now();
      await act(index);
      each.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return { each, allMs: performance.now() - startedAt };
}
