import type { BoundedCall } from "../allowances/needs-for-call.ts";
import { toUpperBound, type UpperBound } from "../allowances/upper-bound.ts";
import type { TaskInput } from "../api/inputs.ts";
import type { SubmitTask } from "../api/task.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import type { Clock } from "../core/clock.ts";
import type { Prices } from "../pricing/create-prices.ts";
import type { Catalogue } from "../routing/catalogue.ts";
import type { TaskDocument } from "./task-document.ts";

export type BoundDeps = { clock: Clock; config: ConeaConfig; catalogue: Catalogue; prices: Prices };

type Place = { provider: string; model?: string | undefined };

/** What a call of each candidate of a task may use at most, by its place in the route; without those nobody can bound. */
export async function boundCalls(
  deps: BoundDeps,
  task: Pick<TaskDocument, "type" | "route" | "queue" | "model">,
  input: TaskInput,
): Promise<Record<string, UpperBound>> {
  const bounds: Record<string, UpperBound> = {};
  for (const [index, place] of placesOf(task).entries()) {
    // The input is of its type: the request was parsed by it.
    const request = { type: task.type, input } as Pick<SubmitTask, "type" | "input">;
    const bound = await toUpperBound(request, await toCallee(deps, place));
    if (bound) bounds[index] = bound;
  }
  return bounds;
}

/** The call of one candidate, at the price that is in force now. */
export async function toBoundedCall(
  { prices, catalogue, clock }: BoundDeps,
  task: Pick<TaskDocument, "route" | "queue" | "model" | "uppers">,
  at: number,
): Promise<BoundedCall> {
  const { provider, model } = placesOf(task)[at] ?? { provider: task.queue, model: task.model };
  const entry = model === undefined ? undefined : await catalogue.find(model);
  const found = (await prices.read()).find({ provider, model, at: clock.now() }, entry);
  return { model: model ?? provider, bound: task.uppers?.[at], price: found?.price };
}

function placesOf({
  route,
  queue,
  model,
}: Pick<TaskDocument, "route" | "queue" | "model">): readonly Place[] {
  return route?.candidates ?? [{ provider: queue, model }];
}

async function toCallee({ catalogue, config }: BoundDeps, { provider, model }: Place) {
  const entry = model === undefined ? undefined : await catalogue.find(model);
  const { kind, baseUrl } =
    (Object.hasOwn(config.providers, provider) ? config.providers[provider] : undefined) ?? {};
  return {
    // Another server that speaks the protocol serves models of its own.
    kind: baseUrl === undefined ? kind : undefined,
    name: entry?.name ?? model ?? "",
    ...(entry?.maxOutputTokens !== undefined && { maxOutputTokens: entry.maxOutputTokens }),
  };
}
