import { describe, expect, test } from "vitest";
import { callProvider, plainChat, type Sample, type Served } from "./provider-call.fixture.ts";
import type { Reply } from "./scripted-vendor.fixture.ts";
import type { VendorWire } from "./vendor-wire.fixture.ts";

/** What an answer says of the account's limits: all that the vendor's headers tell, and nothing they do not. */
export function describeLimits(sample: Sample, wire: VendorWire, served: Served): void {
  describe(`${sample.type} and the account's limits`, () => {
    const ask = async (reply: Reply, headers: Record<string, string>, rest: object = {}) => {
      const { vendor, provider } = served();
      vendor.script({ ...reply, headers: { ...reply.headers, ...headers } });
      return (await callProvider(provider, sample.type, { ...sample, ...rest })).rateLimits;
    };

    test("says nothing of limits the vendor is silent about", async () => {
      expect(await ask(sample.reply, {})).toBeUndefined();
    });

    const { rateLimits, chat } = wire;
    if (!rateLimits) return;
    test("says what the vendor's headers say, and leaves out what cannot be read", async () => {
      expect(await ask(sample.reply, rateLimits.headers)).toEqual(rateLimits.says);
      const garbage = Object.keys(rateLimits.headers).map((name) => [name, "???"]);
      expect(await ask(sample.reply, Object.fromEntries(garbage))).toBeUndefined();
    });

    if (sample.type !== "chat" || !chat) return;
    test("says it of a streamed answer too", async () => {
      const { headers, events, terminal } = chat.stream(plainChat);
      const reply = { headers, body: [...events, ...terminal] };
      expect(await ask(reply, rateLimits.headers, { onText: () => undefined })).toEqual(rateLimits.says);
    });
  });
}
