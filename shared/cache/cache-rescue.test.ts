import { expect, it } from "vitest";
import { noUsage } from "../providers/provider.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { aCachedChat, openCachedConea } from "./cache.fixture.ts";

/** Conea whose model `m` gives way to `n`, which can go on from half an answer. */
function openRescuedConea(half: string) {
  return openCachedConea(
    {
      second: true,
      model: { fallbacks: ["n"] },
      retry: { attempts: 1 },
      secondModel: { abilities: { prefill: true } },
    },
    {
      async chat({ model, onText, input }) {
        if (model === "vendor-m") {
          if (half !== "") onText?.(half);
          throw new ProviderError("connection");
        }
        const last = input.messages.at(-1);
        const text = last?.role === "assistant" ? "and the rest." : "All of it.";
        onText?.(text);
        return { result: { text, finishReason: "stop" }, usage: noUsage };
      },
    },
  );
}

it("keeps an answer under the model that gave it, whichever was asked first", async () => {
  const { run, conea } = await openRescuedConea("");
  const first = await run();
  expect(first).toMatchObject({
    status: "succeeded",
    cache: "miss",
    model: "n",
    result: { text: "All of it." },
  });
  expect((await run(aCachedChat({}, { model: "n" }))).cache).toBe("hit");
  expect(await conea.documents.count({ collection: "cache" })).toBe(1);
});

it("does not keep a text that is of two attempts", async () => {
  const { run, conea } = await openRescuedConea("Half of it ");
  const first = await run(aCachedChat({}, { stream: true }));
  expect(first).toMatchObject({ status: "succeeded", result: { text: "Half of it and the rest." } });
  expect(await conea.documents.count({ collection: "cache" })).toBe(0);
});
