import type { Route, RouteCandidate } from "../api/route.ts";
import type { ConeaConfig } from "../config/conea-config.ts";
import type { Platform } from "../platform/platform.ts";
import type { Prices } from "../pricing/create-prices.ts";
import { type Catalogue, findModel, type Models } from "./catalogue.ts";
import { chooseRoute, type RouteQuestion } from "./choose-route.ts";
import type { HealthBook } from "./health-book.ts";
import type { ModelHealth } from "./model-health.ts";
import type { RestingQueues } from "./resting-queues.ts";

export type RouteDeps = Pick<Platform, "clock"> & {
  config: ConeaConfig;
  catalogue: Catalogue;
  health: HealthBook;
  prices: Prices;
  resting: RestingQueues;
  isSimulated: (providerId: string) => boolean;
};

/** Where a task goes: to one queue, and with alternatives the route that says where else. */
export type Planned = { queue: string; model?: string; route?: Route; simulated?: true };

/**
 * Chooses who serves a request, and starts with the first whose provider is not left alone at the moment. What names
 * models of conea.yaml alone, without alternatives, reads nothing. Throws as `chooseRoute`.
 */
export async function planRoute(deps: RouteDeps, question: RouteQuestion): Promise<Planned> {
  const { config, catalogue, clock } = deps;
  const listed = namesOnly(config.models, question) ? config.models : (await catalogue.read()).models;
  const models = asksPrices(question) ? await withPrices(deps, listed) : listed;
  const health = ordersByHealth(question) ? await readHealth(deps, models, question) : noHealth;
  const { providers } = config;
  const candidates = chooseRoute({ providers, models, health, now: clock.now() }, question);
  const marked = candidates.map((candidate) => ({
    ...candidate,
    ...(deps.isSimulated(candidate.provider) && { simulated: true as const }),
  }));
  const at = marked.length > 1 ? await findOpen(deps, marked) : 0;
  return toPlanned(marked, at, question.route?.prefer);
}

export function toPlanned(candidates: RouteCandidate[], at: number, prefer?: Route["prefer"]): Planned {
  const chosen = candidates[at] ?? candidates[0];
  if (!chosen) throw new Error("a route without candidates");
  const { provider, model, simulated } = chosen;
  return {
    queue: provider,
    ...(model !== undefined && { model }),
    ...(simulated && { simulated }),
    ...(candidates.length > 1 && { route: { ...(prefer && { prefer }), candidates, at } }),
  };
}

/** The first candidate whose provider is not left alone; the first of all where they all are. */
export async function findOpen(
  { resting }: Pick<RouteDeps, "resting">,
  candidates: readonly RouteCandidate[],
): Promise<number> {
  if (candidates.length < 2) return 0;
  for (const [index, { provider }] of candidates.entries()) {
    if (!(await resting.isResting(provider))) return index;
  }
  return 0;
}

/** Whether conea.yaml alone answers the question. */
function namesOnly(models: Models, { model, route, type }: RouteQuestion): boolean {
  const names = [model, ...(route?.candidates ?? []), ...(route?.fallbacks ?? [])];
  const areKnown = names.every((name) => name === undefined || findModel(models, name));
  if (!areKnown) return false;
  if (model !== undefined || route?.candidates) return true;
  return !route && Object.values(models).some(({ kinds }) => kinds.includes(type));
}

/** Only what is ordered by preference or limited in cost asks what the models cost. */
function asksPrices({ model, route }: RouteQuestion): boolean {
  return route !== undefined || model === "auto";
}

/** The entries with the prices that are in force, from wherever those are known. */
async function withPrices({ prices, clock }: RouteDeps, models: Models): Promise<Models> {
  const list = await prices.read();
  const at = clock.now();
  const priced = Object.entries(models).map(([model, { price: _, ...entry }]) => {
    const found = list.find({ provider: entry.provider, model, at }, models[model]);
    return [model, { ...entry, ...(found && { price: found.price }) }];
  });
  return Object.fromEntries(priced);
}

const noHealth: ReadonlyMap<string, ModelHealth> = new Map();

/** Only what is ordered by preference asks how the models are doing. */
function ordersByHealth({ model, route }: RouteQuestion): boolean {
  if (route?.candidates) return true;
  return model === undefined ? route !== undefined : model === "auto";
}

async function readHealth({ health }: RouteDeps, models: Models, { route, type }: RouteQuestion) {
  const serving = Object.keys(models).filter((id) => models[id]?.kinds.includes(type));
  return health.read(route?.candidates?.filter((name) => findModel(models, name)) ?? serving);
}
