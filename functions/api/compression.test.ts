import { describe, expect, it } from "vitest";
import type { CompressionReport } from "../../shared/api/compression.ts";
import { bob, eve, viewer } from "../../shared/tasks/conea.fixture.ts";
import { json, openApi } from "./api.fixture.ts";

const wait = { Prefer: "wait=30" };
const price = { inputMicros: 1_000_000, cachedInputMicros: 100_000, outputMicros: 1_000_000 };

/** Sequences rise within a process: each test's tasks come after all those before. */
let opened = 0;

async function openTasks(count: number) {
  const test = await openApi({ model: { price } });
  opened += 1;
  await test.clock.advance(opened * 3_600_000);
  const ask = async (query = "", key?: string) => {
    const answer = await test.send(`/v1/usage/compression${query}`, { ...(key && { key }) });
    return { status: answer.status, report: await json<CompressionReport>(answer) };
  };
  for (let n = 0; n < count; n++) {
    await test.submit({ model: "m" }, { headers: wait });
    await test.clock.advance(1_000);
  }
  return { ...test, ask };
}

describe("the compression report", () => {
  it("says how many tasks it looked at of how many, and what they read", async () => {
    const { ask } = await openTasks(6);
    const { status, report } = await ask();
    expect(status).toBe(200);
    expect(report).toMatchObject({ inPeriod: 6, lookedAt: 6, unread: 0, inputTokens: 18 });
    expect(report.duplicates).toMatchObject({ tasks: 5, tokens: 15 });
    expect(Date.parse(report.to) - Date.parse(report.from)).toBe(7 * 24 * 60 * 60 * 1_000);
  });

  it("looks at a sample, spread over the period", async () => {
    const { ask, clock } = await openTasks(20);
    const to = new Date(clock.now()).toISOString();
    const from = new Date(clock.now() - 20_000).toISOString();
    const { report } = await ask(`?from=${from}&to=${to}&sample=10`);
    expect(report).toMatchObject({ from, to, inPeriod: 20, lookedAt: 10 });
    const late = await ask(`?from=${new Date(clock.now() - 5_500).toISOString()}`);
    expect(late.report.inPeriod).toBe(5);
  });

  it("shows a user their own tasks, a viewer the tenant's, and nobody another tenant's", async () => {
    const { ask, keyFor } = await openTasks(3);
    const seen = async (key: string) => (await ask("", key)).report.inPeriod;
    expect(await seen(await keyFor(viewer))).toBe(3);
    expect(await seen(await keyFor(bob))).toBe(0);
    expect(await seen(await keyFor(eve))).toBe(0);
  });

  it("leaves out what has not succeeded, and finds large inputs where they are kept", async () => {
    const { ask, submit, clock } = await openTasks(0);
    const large = { messages: [{ role: "user", content: "word ".repeat(40_000) }] };
    await submit({ model: "m", input: large }, { headers: wait });
    await submit({ notBefore: new Date(clock.now() + 60_000).toISOString() });
    await clock.advance(1_000);
    expect((await ask()).report).toMatchObject({ inPeriod: 2, lookedAt: 1, unread: 0 });
  });

  it.each([
    "?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    "?from=2025-01-01T00:00:00Z",
    "?sample=0",
    "?sample=1001",
    "?maxInputTokens=x",
    "?to=yesterday",
  ])("refuses %s", async (query) => {
    const { ask } = await openTasks(0);
    expect((await ask(query)).status).toBe(422);
  });
});
