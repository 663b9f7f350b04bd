import { describe, expect, it } from "vitest";
import { reportUsage } from "../../shared/analytics/report-usage.ts";
import { rollUp } from "../../shared/analytics/roll-up.ts";
import { createUsageWriter } from "../../shared/analytics/usage-writer.ts";
import type {
  AnalyticsSummary,
  CostRow,
  ProviderUsage,
  UsageAnswer,
  UsageReport,
} from "../../shared/api/analytics.ts";
import type { Problem } from "../../shared/api/problem.ts";
import { ProviderError } from "../../shared/providers/provider-error.ts";
import { admin, bob, echo, eve, viewer } from "../../shared/tasks/conea.fixture.ts";
import { json, openApi } from "./api.fixture.ts";

const dayMs = 86_400_000;

/** The API, with everything counted as it happens, and a provider that fails a chat that says so. */
async function open() {
  const provider = {
    ...echo,
    chat: (call: Parameters<NonNullable<typeof echo.chat>>[0]) =>
      call.input.messages[0]?.content === "fail"
        ? Promise.reject(new ProviderError("invalid_request"))
        : (echo.chat?.(call) ?? Promise.reject(new Error("no chat"))),
  };
  const price = { inputMicros: 1_000_000, outputMicros: 2_000_000 };
  const api = await openApi({ provider, model: { price }, second: true });
  const writer = createUsageWriter({ ...api.conea, shards: 1 });
  api.embedded.subscribe(async (event) => writer.note(event));
  const keys = Object.fromEntries(
    await Promise.all(
      [bob, admin, viewer, eve].map(async (one) => [one.user, await api.keyFor(one)] as const),
    ),
  );
  const run = async (content: string, key?: string) => {
    const input = { messages: [{ role: "user", content }] };
    await api.submit({ input, model: "m" }, key ? { key } : {});
    await api.clock.advance(1_000);
    await writer.flush();
  };
  const get = async <T>(path: string, key?: string) => json<T>(await api.send(path, key ? { key } : {}));
  return { ...api, writer, run, get, keys };
}

describe("GET /v1/usage", () => {
  it("shows a user their own numbers, and an administrator and a viewer the tenant's", async () => {
    const { run, get, keys } = await open();
    await run("Hello");
    await run("Hello", keys.bob);
    const accepted = async (key?: string) =>
      (await get<UsageAnswer>("/v1/usage", key)).items.map(({ tasks }) => tasks.accepted);
    expect(await accepted()).toEqual([1]);
    expect(await accepted(keys.root)).toEqual([2]);
    expect(await accepted(keys.vic)).toEqual([2]);
    expect(await accepted(keys.eve)).toEqual([]);
    const asked = await get<UsageAnswer>("/v1/usage?user=bob");
    expect(asked.items).toEqual([]);
  });

  it("is at most as old as the last batch, rolled up or not", async () => {
    const { run, get, conea } = await open();
    await run("Hello");
    const before = await get<UsageAnswer>("/v1/usage?granularity=hour");
    await rollUp(conea);
    expect(await get<UsageAnswer>("/v1/usage?granularity=hour")).toEqual(before);
    await run("Hello");
    const after = await get<UsageAnswer>("/v1/usage?granularity=hour");
    expect(after.items[0]?.tokens).toMatchObject({ inputTokens: 6, outputTokens: 10 });
  });

  it.each(["minute", "hour", "day", "month", "all"])("groups and filters by %s", async (granularity) => {
    const { run, get, keys } = await open();
    await run("Hello");
    await run("fail", keys.bob);
    const query = `granularity=${granularity}&from=2025-12-31T23:30:00Z&to=2026-01-01T00:30:00Z`;
    const { items } = await get<UsageAnswer>(`/v1/usage?${query}&groupBy=user,model`, keys.root);
    expect(items.map(({ user, model, tasks, cost }) => [user, model, tasks, cost.micros])).toEqual([
      ["ann", "m", expect.objectContaining({ accepted: 1, succeeded: 1, failed: 0 }), 13],
      ["bob", "m", expect.objectContaining({ accepted: 1, succeeded: 0, failed: 1 }), 0],
    ]);
    const filtered = await get<UsageAnswer>(`/v1/usage?${query}&user=bob`, keys.root);
    expect(filtered.items.map(({ errors }) => errors)).toEqual([{ provider_invalid_request: 1 }]);
  });

  it.each([
    ["from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from", "must not be after `to`"],
    ["granularity=hour&from=2025-01-01T00:00:00Z", "from", "must be at most 31 days before"],
    ["granularity=minute&from=2025-12-31T00:00:00Z", "from", "must be at most 2 hours before"],
    ["groupBy=colour", "groupBy[0]", "user"],
    ["groupBy=user,model,key", "groupBy", "takes two at most"],
    ["groupBy=user,user", "groupBy", "names one twice"],
    ["granularity=week", "granularity", "minute"],
    ["colour=red", "colour", "is not a known field"],
    ["from=yesterday", "from", ""],
  ])("refuses ?%s and names what is wrong", async (query, field, message) => {
    const { send } = await open();
    const answer = await send(`/v1/usage?${query}`);
    const problem = await json<Problem>(answer);
    expect(answer.status).toBe(422);
    expect(problem.errors?.[0]).toEqual({ field, message: expect.stringContaining(message) });
  });

  it("answers with CSV where it is asked for, and disarms what a spreadsheet would run", async () => {
    const { send, clock, writer, keys } = await open();
    writer.note({
      ...{ id: "e.1", type: "task.accepted", sequence: 1, time: "2026-01-01T00:00:00.000Z", tenant: "acme" },
      task: {
        ...{ id: `task_${"a".repeat(26)}`, type: "chat", status: "ready", queue: "main" },
        ...{ createdBy: "ann", model: "=cmd()" },
      },
    });
    await writer.flush();
    await clock.advance(0);
    const byHeader = await send("/v1/usage?groupBy=model", {
      headers: { Accept: "text/csv" },
      key: keys.root,
    });
    const byQuery = await send("/v1/usage?groupBy=model&format=csv", { key: keys.root });
    expect(byHeader.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    const text = await byHeader.text();
    expect(await byQuery.text()).toBe(text);
    const [head = "", line = ""] = text.split("\n");
    expect(head).toMatch(/^start,end,model,tasks\.accepted,tasks\.succeeded,/);
    expect(line).toMatch(/^2026-01-01T00:00:00\.000Z,2026-01-02T00:00:00\.000Z,'=cmd\(\),1,0,/);
  });
});

describe("the views made of it", () => {
  it("show providers with their success, latencies and, to who sees all, what is used of their limits", async () => {
    const { run, get, keys } = await open();
    await run("Hello");
    await run("fail");
    type Answer = { items: ProviderUsage[] };
    const { items } = await get<Answer>("/v1/usage/providers", keys.vic);
    expect(items).toMatchObject([
      { provider: "main", requests: 2, successRatio: 0.5, latency: { attemptMs: { count: 1 } } },
    ]);
    expect(items[0]?.limits).toBeDefined();
    expect((await get<Answer>("/v1/usage/providers")).items[0]).not.toHaveProperty("limits");
  });

  it.each([
    ["model", "m"],
    ["user", "ann"],
    ["provider", "main"],
    ["type", "chat"],
    ["day", "2026-01-01"],
  ])("show costs by %s, those that are not known apart", async (by, name) => {
    const { run, get, writer, submit, clock } = await open();
    await run("Hello");
    await submit({ input: { messages: [{ role: "user", content: "Hi" }] }, model: "n" });
    await clock.advance(1_000);
    await writer.flush();
    const { items, total } = await get<{ items: CostRow[]; total: CostRow }>(`/v1/usage/costs?by=${by}`);
    expect(total).toMatchObject({ knownMicros: 13, unknownRequests: 1, requests: 2, tokens: 16 });
    expect(items[0]).toMatchObject({ by: name, knownMicros: 13 });
  });

  it("summarise processing time, providers, users, models and errors", async () => {
    const { run, get, keys } = await open();
    await run("Hello");
    await run("fail", keys.bob);
    expect(await get<AnalyticsSummary>("/v1/analytics/summary", keys.root)).toMatchObject({
      averageProcessingMs: 0,
      providers: [{ provider: "main", requests: 2 }],
      tokensByUser: [
        { user: "ann", tokens: 8, costMicros: 13 },
        { user: "bob", tokens: 0, costMicros: 0 },
      ],
      topModels: [{ model: "m", requests: 2 }],
      errorRates: { tasks: 0.5, attempts: 0.5, byCode: { provider_invalid_request: 0.5 } },
    });
  });
});

describe("GET /v1/usage/reports", () => {
  it("lists a day soon after its end, and again as final, with its rows as CSV", async () => {
    const { run, get, send, clock, conea, keys, embedded } = await open();
    await run("Hello");
    await clock.advance(dayMs + 3_600_000);
    await rollUp(conea);
    expect(await reportUsage(conea)).toEqual({ reports: 1, failed: 0 });
    expect(await reportUsage(conea)).toEqual({ reports: 0, failed: 0 });
    const list = () => get<{ items: UsageReport[] }>("/v1/usage/reports", keys.vic);
    expect((await list()).items).toMatchObject([{ id: "day.2026-01-01", final: false, rows: 1 }]);
    await clock.advance(8 * dayMs);
    await reportUsage(conea);
    expect((await list()).items).toMatchObject([{ id: "day.2026-01-01", final: true }]);
    const report = await get<UsageReport>("/v1/usage/reports/day.2026-01-01", keys.root);
    expect(report.totals.tasks.succeeded).toBe(1);
    const csv = await embedded.serveBlob(new Request(report.csvUrl ?? ""));
    expect(await csv.text()).toMatch(/^user,key,provider,model,type,tasks\.accepted,/);
    for (const key of [keys.bob, keys.eve])
      expect((await send("/v1/usage/reports/day.2026-01-01", { key })).status).toBe(
        key === keys.bob ? 403 : 404,
      );
    expect((await send("/v1/usage/reports/day.2026-01-02", { key: keys.root })).status).toBe(404);
  });

  it("reads a closed day as it was closed, and cuts its list into pages", async () => {
    const { run, get, clock, conea, keys } = await open();
    for (let day = 0; day < 3; day++) {
      await run("Hello");
      await clock.advance(dayMs);
    }
    await rollUp(conea);
    await clock.advance(9 * dayMs);
    await reportUsage(conea);
    const succeeded = async () =>
      (await get<UsageAnswer>("/v1/usage?from=2026-01-01T00:00:00Z", keys.root)).items.map(
        ({ tasks }) => tasks.succeeded,
      );
    expect(await succeeded()).toEqual([1, 1, 1]);
    for (const { path } of await conea.documents.query({
      collection: "usageRollups",
      where: [["period", "==", "hour"]],
    }))
      await conea.documents.commit([{ op: "delete", path }]);
    expect(await succeeded()).toEqual([1, 1, 1]);
    type Page = { items: UsageReport[]; nextCursor?: string };
    const first = await get<Page>("/v1/usage/reports?limit=2", keys.root);
    const second = await get<Page>(`/v1/usage/reports?limit=2&cursor=${first.nextCursor}`, keys.root);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([
      ...["day.2026-01-03", "day.2026-01-02", "day.2026-01-01"],
    ]);
    expect(second.nextCursor).toBeUndefined();
  });
});
