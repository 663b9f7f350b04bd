import { Repriced, type RepricedModel } from "../shared/api/prices.ts";
import { askConea, type Target } from "./ask-conea.ts";

export type Wanted = {
  from: string;
  to: string;
  provider?: string | undefined;
  model?: string | undefined;
  apply: boolean;
  cursor?: string | undefined;
};

export type RepricedAll = Omit<Repriced, "nextCursor">;

/** Prices a period anew, page by page. Rejects with a sentence that says where to go on. */
export async function repriceAll(target: Target, { cursor, ...wanted }: Wanted): Promise<RepricedAll> {
  let sum: RepricedAll = { tasks: 0, changed: 0, skipped: 0, models: [] };
  for (let at = cursor, isFirst = true; isFirst || at !== undefined; isFirst = false) {
    const body = { ...wanted, ...(at !== undefined && { cursor: at }) };
    const page = await askConea(target, "/v1/prices/reprice", { body, schema: Repriced }).catch((cause) => {
      throw new Error(`${toSentence(cause)}${at ? ` Go on with --cursor ${at}` : ""}`, { cause });
    });
    sum = add(sum, page);
    at = page.nextCursor;
  }
  return sum;
}

function toSentence(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function add(a: RepricedAll, b: Repriced): RepricedAll {
  const models = new Map<string, RepricedModel>();
  for (const one of [...a.models, ...b.models]) {
    const key = JSON.stringify([one.provider, one.model]);
    models.set(key, addModel(models.get(key), one));
  }
  return {
    tasks: a.tasks + b.tasks,
    changed: a.changed + b.changed,
    skipped: a.skipped + b.skipped,
    models: [...models.values()],
  };
}

function addModel(a: RepricedModel | undefined, b: RepricedModel): RepricedModel {
  if (!a) return b;
  return {
    ...b,
    attempts: a.attempts + b.attempts,
    beforeMicros: a.beforeMicros + b.beforeMicros,
    afterMicros: a.afterMicros + b.afterMicros,
    unknownBefore: a.unknownBefore + b.unknownBefore,
    unknownAfter: a.unknownAfter + b.unknownAfter,
  };
}

/** What was found, for a terminal: a line for each model. */
export function toReport({ tasks, changed, skipped, models }: RepricedAll, apply: boolean): string {
  const names = models.map(({ provider, model }) => (model ? `${provider}/${model}` : provider));
  const width = Math.max(0, ...names.map((name) => name.length));
  return [
    ...models.map((one, index) => `  ${(names[index] ?? "").padEnd(width)}  ${toLine(one)}`),
    ...(models.length > 0 ? [""] : []),
    `${changed} of ${tasks} tasks ${apply ? "were priced anew" : "would be priced anew; --apply does it"}.`,
    ...(skipped > 0 ? [`${skipped} were being written by somebody else: run this again.`] : []),
  ].join("\n");
}

function toLine({ attempts, beforeMicros, afterMicros, unknownBefore, unknownAfter }: RepricedModel): string {
  const difference = afterMicros - beforeMicros;
  return [
    `${attempts} attempts: ${toDollars(beforeMicros)} → ${toDollars(afterMicros)}`,
    `(${difference < 0 ? "−" : "+"}${toDollars(Math.abs(difference))})`,
    ...(unknownBefore + unknownAfter > 0 ? [`unknown: ${unknownBefore} → ${unknownAfter}`] : []),
  ].join(" ");
}

function toDollars(micros: number): string {
  return `$${(micros / 1_000_000).toFixed(6)}`;
}
