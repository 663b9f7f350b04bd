import { afterAll, beforeAll } from "vitest";
import type { ProviderKind } from "../../shared/config/conea-config.ts";
import type { Clock } from "../../shared/core/clock.ts";
import { systemClock } from "../../shared/platform/embedded/clock.ts";
import { type Rehearsal, startRehearsal } from "./start-rehearsal.ts";

/** A clock on which every wait is over at once. */
export const hastyClock: Clock = {
  now: () => Date.UTC(2026, 10, 23),
  elapsed: () => 0,
  after: (_delayMs, run) => systemClock.after(0, run),
};

/** Rehearses one vendor for the tests of a file, and gives its base URL once they run. */
export function useRehearsal(kind: ProviderKind): () => string {
  let rehearsal: Rehearsal | undefined;
  beforeAll(async () => {
    rehearsal = await startRehearsal({ kinds: [kind], clock: hastyClock });
  });
  afterAll(() => rehearsal?.close());
  return () => rehearsal?.baseUrl(kind) ?? "";
}

/** Tools and a schema as every vendor takes them. */
export const citySchema = {
  type: "object" as const,
  properties: { city: { type: "string" }, population: { type: "integer", minimum: 1 } },
  required: ["city", "population"],
  additionalProperties: false,
};
