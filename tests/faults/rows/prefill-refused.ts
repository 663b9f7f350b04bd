import { expect } from "vitest";
import { expectWhole } from "../expectations.ts";
import type { Row } from "../row.ts";
import type { World } from "../world.ts";

const primary = "fault-cut-after-40";
const fallback = "healthy-refuses-prefill";

const tried = (world: World) => world.seenBy(fallback).filter(({ prefill }) => prefill !== undefined);

export const prefillRefused: Row = {
  name: "cut, and no prefill",
  provider: "cuts the stream, and the fallback rejects assistant prefill",
  conea:
    "knows it from the catalogue (or learns it once) and restarts cleanly; the caller never sees the prefill error",
  async check({ door, open }) {
    for (const fallbackKind of ["openai", "anthropic"] as const) {
      const known = { primary, fallback, fallbackKind, fallbackEntry: { abilities: { prefill: false } } };
      await open(known, async (world) => {
        expectWhole(await door.ask(world));
        expect(tried(world)).toEqual([]);
      });
      const believed = { ...known, fallbackEntry: { abilities: { prefill: true } } };
      await open(believed, async (world) => {
        expectWhole(await door.ask(world));
        expectWhole(await door.ask(world));
        expect(tried(world).length).toBeLessThanOrEqual(1);
      });
    }
  },
};
