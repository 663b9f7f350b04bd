import type { PriceTier } from "../api/prices.ts";
import type { Cost, Usage } from "../api/task.ts";
import { isUnused } from "../api/usage.ts";
import type { ConeaConfig, ModelConfig } from "../config/conea-config.ts";
import { type Log, toErrorField } from "../core/log.ts";
import type { Platform } from "../platform/platform.ts";
import { findModel, type Models } from "../routing/catalogue.ts";
import { costOf } from "./cost-of.ts";
import { type FoundPrice, findPrice, type PriceBook, type PriceQuestion } from "./find-price.ts";
import { type PriceDocument, pricesCollection } from "./price-document.ts";
import { shippedPrices } from "./shipped-prices.ts";
import { createUnknownAlarm } from "./unknown-alarm.ts";

/** How long a process believes what it has read. */
const believedMs = 60_000;
/** More models than a catalogue holds. */
const mostModels = 1_000;

/** Whom a call goes to, and when it starts (epoch ms). */
export type PricedCall = {
  provider: string;
  /** The catalogue's id. */
  model?: string | undefined;
  at: number;
  tier?: PriceTier;
};

/** `micros`: the part of it that is known. */
export type PricedCost = Cost & { micros: number };

/** Finds prices in what is known at a moment. */
export type PriceList = {
  /** `entry`: the model's, where the caller has it. */
  find(call: PricedCall, entry?: ModelConfig): FoundPrice | undefined;
  /** What a call costs that has used so much. A model that is said to have used nothing was not counted: nobody knows. */
  cost(call: PricedCall, usage: Usage, entry?: ModelConfig): PricedCost;
  book: PriceBook;
};

export type Prices = {
  /** The prices as they were at most a minute ago. Never rejects. */
  read(): Promise<PriceList>;
  /** What a call costs that has used so much; says so in the log where that is not known. Never rejects. */
  cost(call: PricedCall, usage: Usage): Promise<PricedCost>;
  /** Has the next look read anew: this process has changed them. */
  forget(): void;
};

export type PricesDeps = Pick<Platform, "documents" | "clock"> & {
  config: ConeaConfig;
  catalogue: { read(): Promise<{ models: Models }>; find(id: string): Promise<ModelConfig | undefined> };
  log: Log;
};

/** What is shipped, configured and set over HTTP, as one price book. */
export function createPrices(deps: PricesDeps): Prices {
  const { documents, clock, config, catalogue, log } = deps;
  const tellUnknown = createUnknownAlarm(deps);
  let list = toList(config, new Map());
  let knownUntil = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function readAgain(): Promise<void> {
    try {
      const found = await documents.query<PriceDocument>({ collection: pricesCollection, limit: mostModels });
      list = toList(config, new Map(found.map(({ data }) => [data.model, data.rows])));
      knownUntil = clock.now() + believedMs;
    } catch (error) {
      // What is known already serves better than nothing.
      log.warn("the prices could not be read", toErrorField(error));
    }
  }

  async function read(): Promise<PriceList> {
    if (clock.now() >= knownUntil) {
      reading ??= readAgain().finally(() => {
        reading = undefined;
      });
      await reading;
    }
    return list;
  }

  return {
    read,
    async cost(call, usage) {
      const { model } = call;
      const entry =
        model === undefined ? undefined : (findModel(config.models, model) ?? (await catalogue.find(model)));
      const known = clock.now() < knownUntil ? list : await read();
      const cost = known.cost(call, usage, entry);
      if (!cost.known) tellUnknown(call);
      return cost;
    },
    forget() {
      knownUntil = Number.NEGATIVE_INFINITY;
    },
  };
}

function toList(config: ConeaConfig, rows: PriceBook["rows"]): PriceList {
  const book: PriceBook = { rows, shipped: shippedPrices };
  const find: PriceList["find"] = (call, entry = findModel(config.models, call.model ?? "")) =>
    findPrice(book, toQuestion(config, call, entry));
  return {
    book,
    find,
    cost(call, usage, entry) {
      const { micros, known } = costOf(usage, find(call, entry)?.price);
      const isCounted = call.model === undefined || !isUnused(usage);
      return { micros, known: known && isCounted };
    },
  };
}

/** A server of one's own that speaks a vendor's protocol does not ask the vendor's prices. */
export function toQuestion(
  { providers }: Pick<ConeaConfig, "providers">,
  { provider, model, at, tier = "standard" }: PricedCall,
  entry: Pick<ModelConfig, "name" | "price"> | undefined,
): PriceQuestion {
  const { kind, baseUrl } = (Object.hasOwn(providers, provider) ? providers[provider] : undefined) ?? {};
  return {
    model,
    catalogued: entry?.price,
    kind: baseUrl === undefined ? kind : undefined,
    name: entry?.name ?? model ?? "",
    at,
    tier,
  };
}
