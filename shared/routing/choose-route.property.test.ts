import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RouteRequest } from "../api/route.ts";
import type { ModelConfig } from "../config/conea-config.ts";
import { ConeaConfig } from "../config/conea-config.ts";
import { ConeaError } from "../core/conea-error.ts";
import { chooseRoute, mostCandidates, type RouteWorld } from "./choose-route.ts";
import { findUnmet } from "./find-shortcoming.ts";
import type { ModelHealth } from "./model-health.ts";
import { noNeeds } from "./request-needs.ts";

const ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
const kinds = { kind: "openai", apiKey: "secret:KEY" } as const;
const { providers } = ConeaConfig.parse({ providers: { one: kinds, two: kinds, three: kinds } });
const needs = { ...noNeeds, read: 1_000, written: 500 };

const ability = { requiredKeys: [] as [] };
const entry: fc.Arbitrary<ModelConfig> = fc.record(
  {
    provider: fc.constantFrom("one", "two", "three"),
    kinds: fc.constant(["chat" as const]),
    contextTokens: fc.constantFrom(1_000, 8_000, 100_000),
    modalities: fc.constantFrom<ModelConfig["modalities"]>(["text"], ["text", "image"]),
    abilities: fc.record({ tools: fc.boolean(), jsonSchema: fc.boolean(), prefill: fc.boolean() }, ability),
    price: fc.record({ inputMicros: fc.nat(9_000_000), outputMicros: fc.nat(9_000_000) }, ability),
    quality: fc.constantFrom(0, 0.3, 0.9),
  },
  { requiredKeys: ["provider", "kinds"] },
);
const health: fc.Arbitrary<ModelHealth> = fc.record(
  { success: fc.constantFrom(0, 0.4, 0.6, 1), at: fc.nat(100_000), firstTokenMs: fc.nat(5_000) },
  { requiredKeys: ["success", "at"] },
);
const world: fc.Arbitrary<RouteWorld> = fc
  .record({
    models: fc.dictionary(fc.constantFrom(...ids), entry, { minKeys: 1 }),
    health: fc.array(fc.tuple(fc.constantFrom(...ids), health)),
  })
  .map(({ models, health: known }) => ({ providers, models, health: new Map(known), now: 100_000 }));
const route: fc.Arbitrary<RouteRequest> = fc.record(
  {
    prefer: fc.constantFrom("cost", "latency", "quality", "balanced"),
    require: fc.record(
      {
        tools: fc.boolean(),
        prefill: fc.boolean(),
        contextTokens: fc.constantFrom(500, 5_000, 50_000),
        maxMicros: fc.nat(10_000),
        modalities: fc.constantFrom<NonNullable<RouteRequest["require"]>["modalities"]>(["text"], ["image"]),
      },
      ability,
    ),
    fallbacks: fc.array(fc.constantFrom(...ids), { maxLength: 8 }),
  },
  ability,
);

/** The candidates, or the code of the refusal. */
function choose(one: RouteWorld, asked: RouteRequest) {
  try {
    return chooseRoute(one, { type: "chat", model: "auto", route: asked, needs });
  } catch (error) {
    if (error instanceof ConeaError) return error.code;
    throw error;
  }
}

describe("chooseRoute, whatever the catalogue", () => {
  it("never takes what does not satisfy the route, takes each once and at most so many", () => {
    fc.assert(
      fc.property(world, route, (one, asked) => {
        const chosen = choose(one, asked);
        if (typeof chosen === "string") return;
        const names = chosen.map(({ model = "" }) => model);
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBeLessThanOrEqual(mostCandidates);
        for (const { model = "", provider, reason } of chosen) {
          const found = one.models[model];
          expect(found && findUnmet(found, asked.require ?? {}, needs)).toBeUndefined();
          expect(provider).toBe(found?.provider);
          expect(reason).not.toBe("");
        }
      }),
    );
  });

  it("refuses only when nothing fits", () => {
    fc.assert(
      fc.property(world, route, (one, asked) => {
        const isAny = Object.values(one.models).some(
          (found) => findUnmet(found, asked.require ?? {}, needs) === undefined,
        );
        const isKnown = (asked.fallbacks ?? []).every((name) => Object.hasOwn(one.models, name));
        fc.pre(isKnown);
        expect(Array.isArray(choose(one, asked))).toBe(isAny);
      }),
    );
  });

  it("gives the same order whatever the catalogue's own", () => {
    fc.assert(
      fc.property(world, route, (one, asked) => {
        const reversed = Object.fromEntries(Object.entries(one.models).toReversed());
        const tell = (chosen: ReturnType<typeof choose>) => (typeof chosen === "string" ? "refused" : chosen);
        expect(tell(choose({ ...one, models: reversed }, asked))).toEqual(tell(choose(one, asked)));
      }),
    );
  });

  it("orders the same models the same way when others are taken away", () => {
    fc.assert(
      fc.property(world, fc.constantFrom("cost", "quality"), fc.nat(), (one, prefer, gone) => {
        const all = choose(one, { prefer });
        fc.pre(typeof all !== "string" && all.length > 1 && all.length < mostCandidates);
        if (typeof all === "string") return;
        const taken = all[gone % all.length]?.model ?? "";
        const rest = Object.fromEntries(Object.entries(one.models).filter(([id]) => id !== taken));
        expect(choose({ ...one, models: rest }, { prefer })).toEqual(
          all.filter(({ model }) => model !== taken),
        );
      }),
    );
  });
});
