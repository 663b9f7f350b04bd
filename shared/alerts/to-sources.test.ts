import { expect, it } from "vitest";
import { createUsageWriter } from "../analytics/usage-writer.ts";
import { ProviderError } from "../providers/provider-error.ts";
import { aChat, openTestConea } from "../tasks/conea.fixture.ts";
import { toSources } from "./to-sources.ts";

const minuteMs = 60_000;

/** A provider that fails as `fail` says, and everything that happens counted as it is in production. */
async function openCounted(fail: () => Error | undefined) {
  const test = await openTestConea({
    provider: {
      chat: async () => {
        const error = fail();
        if (error) throw error;
        return {
          result: { text: "yes", finishReason: "stop" },
          usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
        };
      },
    },
  });
  const writer = createUsageWriter({ ...test.conea, shards: 2 });
  test.embedded.subscribe(async (event) => {
    if ("task" in event) writer.note(event);
  });
  const run = async (count: number) => {
    for (let done = 0; done < count; done++) await test.submit(aChat());
    for (let seconds = 0; seconds < 10; seconds++) await test.clock.advance(1_000);
    await writer.flush();
  };
  return { ...test, run, sources: () => toSources(test.conea) };
}

it("tells timeouts from other failures, and neither from requests that were refused", async () => {
  const kinds = ["timeout", "overloaded", "invalid_request"] as const;
  let calls = 0;
  const { run, sources, close } = await openCounted(() => {
    const kind = kinds[calls++ % kinds.length];
    return kind && new ProviderError(kind);
  });
  await run(1);
  const [recent] = await sources().recent(15);
  expect(recent).toMatchObject({ provider: "main", attempts: 3, failures: 2, timeouts: 1 });
  await close();
});

it("sees calls of the last minutes and forgets those before", async () => {
  const { run, sources, clock, close } = await openCounted(() => undefined);
  await run(2);
  expect((await sources().recent(15))[0]).toMatchObject({ attempts: 2, failures: 0 });
  await clock.advance(16 * minuteMs);
  expect(await sources().recent(15)).toEqual([]);
  await close();
});
