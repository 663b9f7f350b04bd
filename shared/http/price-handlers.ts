import type { ConeaConfig } from "../config/conea-config.ts";
import type { Clock } from "../core/clock.ts";
import { listPrices, pricesOf } from "../pricing/list-prices.ts";
import { type RepriceDeps, repriceTasks } from "../pricing/reprice-tasks.ts";
import { deletePrices, type SetPriceDeps, setPrice } from "../pricing/set-prices.ts";
import type { Handlers } from "./create-app.ts";

export type PriceHandlerDeps = SetPriceDeps & RepriceDeps & { config: ConeaConfig; clock: Clock };

type PriceOperation = "listPrices" | "setPrice" | "deletePrices" | "reprice";

export function createPriceHandlers(deps: PriceHandlerDeps): Pick<Handlers, PriceOperation> {
  const readWorld = async () => ({
    providers: deps.config.providers,
    models: (await deps.catalogue.read()).models,
    book: (await deps.prices.read()).book,
    now: deps.clock.now(),
  });
  return {
    async listPrices() {
      return Response.json(listPrices(await readWorld()));
    },
    async setPrice({ principal, params: { modelId = "" }, body }) {
      const row = await setPrice(deps, principal, modelId, body);
      const world = await readWorld();
      const entry = await deps.catalogue.find(modelId);
      const all = entry ? pricesOf(world, modelId, entry) : [];
      const isRow = (one: (typeof all)[number]) =>
        one.origin === "api" && one.tier === row.tier && one.effectiveFrom === row.effectiveFrom;
      return Response.json(all.find(isRow) ?? { model: modelId, ...row, origin: "api", inForce: false });
    },
    async deletePrices({ principal, params: { modelId = "" }, query }) {
      await deletePrices(deps, principal, modelId, query);
      return new Response(null, { status: 204 });
    },
    async reprice({ principal, body }) {
      return Response.json(await repriceTasks(deps, principal, body));
    },
  };
}
