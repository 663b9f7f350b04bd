import { z } from "zod";
import { LongContextPrice, ModelPrice, priceClasses } from "./model-price.ts";
import { ModelId } from "./models.ts";

/** How a vendor is asked to serve: it sells the same model at several prices. */
export const PriceTier = z.enum(["standard", "batch", "priority"]).meta({ id: "PriceTier" });
export type PriceTier = z.infer<typeof PriceTier>;

/** A day starts at midnight UTC. */
const EffectiveFrom = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  "must be a day, 2026-10-07, or a time, 2026-10-07T12:00:00Z",
);

export const SetPrice = z
  .strictObject({
    effectiveFrom: EffectiveFrom,
    tier: PriceTier.default("standard"),
    ...priceClasses,
    longContext: LongContextPrice.optional(),
  })
  .meta({
    id: "SetPrice",
    description:
      "A price from a time on, until the next one: in micro-dollars as `ModelPrice`. It replaces one of the same time and tier.",
  });
export type SetPrice = z.infer<typeof SetPrice>;

export const WhichPrice = z.strictObject({
  effectiveFrom: EffectiveFrom.optional(),
  tier: PriceTier.optional(),
});
export type WhichPrice = z.infer<typeof WhichPrice>;

export const Price = z
  .object({
    model: ModelId,
    tier: PriceTier,
    /** Absent where it holds at any time. */
    effectiveFrom: z.iso.datetime().optional(),
    price: ModelPrice,
    origin: z.enum(["api", "catalogue", "book"]),
    source: z.string().optional(),
    readOn: z.iso.date().optional(),
    inForce: z.boolean(),
  })
  .meta({
    id: "Price",
    description:
      "A price of a model. `origin`: set over HTTP (`api`), in the model's entry (`catalogue`), or shipped with Conea (`book`), with the page it was read on and when; the first of these that has one for a time counts. `inForce`: it is what a call costs now.",
  });
export type Price = z.infer<typeof Price>;

export const PricePage = z.object({ items: z.array(Price), unknown: z.array(ModelId) }).meta({
  id: "PricePage",
  description: "`unknown`: models of the catalogue whose standard price is not known now.",
});
export type PricePage = z.infer<typeof PricePage>;

export const Reprice = z
  .strictObject({
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
    provider: z.string().min(1).max(63).optional(),
    model: z.string().min(1).max(200).optional(),
    /** Otherwise nothing is changed. */
    apply: z.boolean().default(false),
    cursor: z.string().max(500).optional(),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
    path: ["to"],
    message: "must be later than from",
  })
  .meta({
    id: "Reprice",
    description:
      "Prices the attempts that started in a period anew, of all tenants, a page of tasks that have ended at a time.",
  });
export type Reprice = z.infer<typeof Reprice>;

const count = z.int().nonnegative();

/** Of one model at one provider. */
export const RepricedModel = z.object({
  provider: z.string(),
  model: z.string().optional(),
  attempts: count,
  beforeMicros: count,
  afterMicros: count,
  unknownBefore: count,
  unknownAfter: count,
});
export type RepricedModel = z.infer<typeof RepricedModel>;

export const Repriced = z
  .object({
    tasks: count,
    changed: count,
    skipped: count,
    models: z.array(RepricedModel),
    nextCursor: z.string().optional(),
  })
  .meta({
    id: "Repriced",
    description:
      "What a page of tasks costs by the prices known now: `tasks` with attempts in the period, of which `changed` cost something else. `skipped`: somebody else wrote them meanwhile; ask again. `nextCursor` is absent on the last page.",
  });
export type Repriced = z.infer<typeof Repriced>;
