import { type Log, toErrorField } from "./log.ts";

/** Runs one step and adds what it repaired to the report under its name. Never rejects. */
export type RunStep<N extends string> = (name: N, run: () => Promise<number>) => Promise<void>;

/** For the steps of a sweep: one that fails counts as `failed`, is left to the next sweep and holds up no other. */
export function createSteps<N extends string>(
  report: Record<N | "failed", number>,
  log: Log,
  whose = "",
): RunStep<N> {
  return async (name, run) => {
    try {
      const repaired = await run();
      report[name] += repaired;
    } catch (error) {
      report.failed += 1;
      log.warn("a step of the sweep is left to the next", {
        step: `${whose}${name}`,
        ...toErrorField(error),
      });
    }
  };
}
