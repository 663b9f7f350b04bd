import { describe, expect, it } from "vitest";
import { ann, openAllowances } from "./allowances.fixture.ts";
import { setLimits } from "./set-limits.ts";
import { toReservedFields } from "./to-reserved-fields.ts";

const money = { tenant: { micros: "1000/month" } };
const admin = { tenant: "acme", user: "root", role: "admin" as const };

describe("two requests that race for the last cent", () => {
  it("lets one of them have it, of one process or of two", async () => {
    const at = await openAllowances(money);
    const [one, two] = [at.start(), at.start()];
    const racers = [one, one, two, two].map((process) => process.reserve(ann, { micros: 600 }));
    const results = await at.settle(Promise.allSettled(racers));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const [refused] = results.filter((result) => result.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "allowance_exhausted" });
    expect((await at.all("micros"))[0]?.total).toBeLessThanOrEqual(1_000);
  });

  it("gives what is left to whoever can do with less", async () => {
    const at = await openAllowances(money);
    const [one, two] = [at.start(), at.start()];
    await at.settle(one.reserve(ann, { micros: 900 }));
    const rest = await at.settle(two.reserve(ann, { micros: { least: 20, most: 400 } }));
    expect(rest.got.micros).toBeLessThanOrEqual(100);
    expect(rest.got.micros).toBeGreaterThanOrEqual(50);
  });
});

describe("a restart", () => {
  it("forgets nothing that was spent or reserved", async () => {
    const at = await openAllowances(money);
    const before = at.start();
    const task = await at.createTask("a", await at.settle(before.reserve(ann, { micros: 700 })));
    const other = await at.createTask("b", await at.settle(before.reserve(ann, { micros: 200 })));
    before.note(...(await at.endTask(task, 650)));
    await at.settle(before.flush());
    const after = at.start();
    await expect(at.settle(after.reserve(ann, { micros: 200 }))).rejects.toMatchObject({
      code: "allowance_exhausted",
    });
    expect(await at.settle(after.read(ann))).toMatchObject([{ spent: 650, reserved: 200 }]);
    after.note(...(await at.endTask(other, 10)));
    await at.settle(after.flush());
    expect(await at.settle(after.read(ann))).toMatchObject([{ spent: 660, reserved: 0 }]);
  });

  it("takes back what a crashed process held, once no commit of its can come", async () => {
    const at = await openAllowances(money);
    const crashed = at.start();
    const task = await at.createTask("a", await at.settle(crashed.reserve(ann, { micros: 100 })));
    await at.settle(crashed.reserve(ann, { micros: 300 }));
    // Its timers go on under this clock, where a process that is gone has none: what it was promised stays out.
    await at.clock.advance(5 * 60_000);
    await at.settle(at.sweep());
    expect((await at.all("micros"))[0]).toMatchObject({ reserved: 0, total: 400 });
    await at.clock.advance(2 * 60_000);
    await at.settle(at.sweep());
    expect((await at.all("micros"))[0]).toMatchObject({ reserved: 100, total: 100, slices: {} });
    await at.endTask(task, 40);
    await at.settle(at.sweep());
    await at.clock.advance(6 * 60_000);
    await at.settle(at.sweep());
    expect((await at.all("micros"))[0]).toMatchObject({ reserved: 0, spent: 40, slices: {} });
  });

  it("takes back all at once where no other process can be there", async () => {
    const at = await openAllowances(money);
    await at.settle(at.start().reserve(ann, { micros: 900 }));
    await at.settle(at.sweep(true));
    expect((await at.all("micros"))[0]).toMatchObject({ total: 0, slices: {} });
  });
});

describe("a fallback that is dearer than what is left", () => {
  it("is not taken, and takes nothing away", async () => {
    const at = await openAllowances({
      tenant: { micros: "1000/month" },
      roles: { user: { micros: "700/day" } },
    });
    const process = at.start();
    const { reserved } = await at.settle(process.reserve(ann, { micros: 500 }));
    expect(await at.settle(process.extend(reserved, { micros: 300 }))).toBeUndefined();
    const more = await at.settle(process.extend(reserved, { micros: 150 }));
    expect(more?.reserved.map(({ amount }) => amount)).toEqual([650, 650]);
  });

  it("draws on the same period as its task when another has begun", async () => {
    const at = await openAllowances({ tenant: { micros: "1000/min" } });
    const process = at.start();
    const { reserved } = await at.settle(process.reserve(ann, { micros: 500 }));
    await at.clock.advance(90_000);
    const more = await at.settle(at.start().extend(reserved, { micros: 200 }));
    expect(new Set(more?.reserved.map(({ allowance }) => allowance)).size).toBe(1);
    expect(await at.all("micros")).toHaveLength(1);
  });
});

describe("accounting", () => {
  it("spends what was reserved where the price is not known", async () => {
    const at = await openAllowances(money);
    const process = at.start();
    const task = await at.createTask("a", await at.settle(process.reserve(ann, { micros: 300 })));
    process.note(...(await at.endTask(task, undefined)));
    await at.settle(process.flush());
    expect((await at.all("micros"))[0]).toMatchObject({ spent: 300 });
  });

  it("spends a task once, however often it is noted and swept", async () => {
    const at = await openAllowances({ tenant: { micros: "1000/month", tokens: "5000/day", activeTasks: 5 } });
    const [one, two] = [at.start(), at.start()];
    const needs = { micros: 300, tokens: 900, activeTasks: 1 };
    const task = await at.createTask("a", await at.settle(one.reserve(ann, needs)));
    const ended = await at.endTask(task, 120, 77);
    one.note(...ended);
    two.note(...ended);
    await at.settle(Promise.all([one.flush(), two.flush(), at.sweep(), at.sweep()]));
    expect((await at.all("micros"))[0]).toMatchObject({ spent: 120 });
    expect((await at.all("tokens"))[0]).toMatchObject({ spent: 77 });
    expect((await at.all("activeTasks"))[0]).toMatchObject({ spent: 0 });
    expect((await at.documents.get("tasks/a"))?.data).not.toHaveProperty("reserved");
  });

  it("frees a place among the active for the next at once", async () => {
    const at = await openAllowances({ roles: { user: { activeTasks: 1 } } });
    const process = at.start();
    const task = await at.createTask("a", await at.settle(process.reserve(ann, { activeTasks: 1 })));
    await expect(at.settle(process.reserve(ann, { activeTasks: 1 }))).rejects.toMatchObject({
      code: "rate_limited",
    });
    process.note(...(await at.endTask(task, 0)));
    await at.settle(process.flush());
    expect((await at.settle(process.reserve(ann, { activeTasks: 1 }))).got.activeTasks).toBe(1);
  });
});

describe("what a reservation costs", () => {
  it("is nothing where nothing is bounded", async () => {
    const at = await openAllowances({});
    const process = at.start();
    await at.settle(process.reserve(ann, { requests: 1 }));
    const before = JSON.stringify([...at.counts]);
    for (let index = 0; index < 100; index++) await process.reserve(ann, { requests: 1, micros: 5 });
    expect(JSON.stringify([...at.counts])).toBe(before);
    expect(await at.all("requests")).toEqual([]);
  });

  it("is a fraction of a write where a slice has enough", async () => {
    const at = await openAllowances({ roles: { user: { requests: "1000/hour" } } });
    const process = at.start();
    for (let index = 0; index < 500; index++) await at.settle(process.reserve(ann, { requests: 1 }));
    expect(at.counts.get("allowances")?.writes).toBeLessThan(50);
  });

  it("lets all who wait share one look at the store", async () => {
    const at = await openAllowances({ roles: { user: { requests: "1000/hour" } } });
    const process = at.start();
    await at.settle(Promise.all(Array.from({ length: 200 }, () => process.reserve(ann, { requests: 1 }))));
    expect(at.counts.get("allowances")?.writes).toBeLessThanOrEqual(2);
  });
});

describe("a refusal", () => {
  it("says what is left and when it renews", async () => {
    const at = await openAllowances({ roles: { user: { requests: "2/hour" } } });
    const process = at.start();
    await at.settle(process.reserve(ann, { requests: 1 }));
    await at.settle(process.reserve(ann, { requests: 1 }));
    const refused = at.settle(process.reserve(ann, { requests: 1 }));
    await expect(refused).rejects.toMatchObject({
      code: "rate_limited",
      message:
        "The allowance of 2 requests an hour of this user has 0 left. It renews at 2026-01-10T13:00:00.000Z.",
      headers: {
        "Retry-After": "3600",
        "RateLimit-Policy": '"user-requests-hour";q=2;w=3600',
        RateLimit: '"user-requests-hour";r=0;t=3600',
      },
    });
    await at.clock.advance(3_600_000);
    expect((await at.settle(process.reserve(ann, { requests: 1 }))).got.requests).toBe(1);
  });

  it("leaves the other allowances as they were", async () => {
    const at = await openAllowances({
      roles: { user: { requests: "10/hour" } },
      tenant: { micros: "100/month" },
    });
    const process = at.start();
    await expect(at.settle(process.reserve(ann, { requests: 1, micros: 500 }))).rejects.toMatchObject({
      code: "allowance_exhausted",
    });
    await at.settle(process.drain());
    expect((await at.all("requests"))[0]?.total ?? 0).toBe(0);
  });
});

describe("limits that administrators set", () => {
  it("hold for one user instead of conea.yaml's, and go again", async () => {
    const at = await openAllowances({ roles: { user: { requests: "1000/hour" } } });
    const process = at.start();
    const deps = { documents: at.documents, allowances: process };
    const whose = { scope: "user" as const, scopeId: "ann" };
    await setLimits(deps, admin, whose, { requests: "1/hour", tokens: "5/day" });
    expect([...(await process.governed(ann))].sort()).toEqual(["requests", "tokens"]);
    await at.settle(process.reserve(ann, { requests: 1 }));
    await expect(at.settle(process.reserve(ann, { requests: 1 }))).rejects.toMatchObject({
      code: "rate_limited",
    });
    expect(await process.governed({ ...ann, user: "bob" })).toEqual(new Set(["requests"]));
    await setLimits(deps, admin, whose, { requests: "unlimited" });
    expect(await process.governed(ann)).toEqual(new Set());
    await setLimits(deps, admin, whose, undefined);
    expect(await process.governed(ann)).toEqual(new Set(["requests"]));
  });

  it("never raise what conea.yaml gives a tenant", async () => {
    const at = await openAllowances(money);
    const process = at.start();
    const deps = { documents: at.documents, allowances: process };
    const whose = { scope: "tenant" as const, scopeId: "acme" };
    await setLimits(deps, admin, whose, { micros: "5000/month" });
    expect(await at.settle(process.read(ann))).toMatchObject([{ limit: 1_000 }]);
    await setLimits(deps, admin, whose, { micros: "300/month" });
    await expect(at.settle(process.reserve(ann, { micros: 400 }))).rejects.toThrow("has 300 left");
    await expect(setLimits(deps, admin, { ...whose, scopeId: "evil" }, {})).rejects.toThrow("no such tenant");
  });

  it("hold within a minute for what slices have in hand", async () => {
    const at = await openAllowances({ tenant: { micros: "100000/month" } });
    const [one, two] = [at.start(), at.start()];
    await at.settle(one.reserve(ann, { micros: 10 }));
    await setLimits(
      { documents: at.documents, allowances: two },
      admin,
      { scope: "tenant", scopeId: "acme" },
      {
        micros: "10/month",
      },
    );
    await at.clock.advance(60_000);
    await expect(at.settle(one.reserve(ann, { micros: 10 }))).rejects.toMatchObject({
      code: "allowance_exhausted",
    });
  });
});

it("accounts for what has just ended before it refuses anybody", async () => {
  const at = await openAllowances(money);
  const process = at.start();
  const reservation = await at.settle(process.reserve(ann, { micros: 900 }));
  process.note(...(await at.endTask(await at.createTask("t", reservation), 10)));
  expect((await at.settle(process.reserve(ann, { micros: 900 }))).got.micros).toBe(900);
});

describe("what a process holds free", () => {
  it("goes back when the process ends, and when it idles", async () => {
    const at = await openAllowances({ tenant: { micros: "100000/month" } });
    const [drained, idle] = [at.start(), at.start()];
    await at.settle(drained.reserve(ann, { micros: 10 }));
    await at.settle(drained.drain());
    expect((await at.all("micros"))[0]?.total).toBe(10);
    await at.settle(idle.reserve(ann, { micros: 10 }));
    await at.clock.advance(50_000);
    expect((await at.all("micros"))[0]?.total).toBe(20);
  });

  it("goes back when a task was not created", async () => {
    const at = await openAllowances(money);
    const process = at.start();
    process.giveBack(await at.settle(process.reserve(ann, { micros: 800 })));
    const again = await at.settle(at.start().reserve(ann, { micros: 900 }));
    expect(again.got.micros).toBe(900);
  });
});

it("puts no requests into a task's document", async () => {
  const at = await openAllowances({ roles: { user: { requests: "10/hour", tokens: "100/day" } } });
  const { reserved } = await at.settle(at.start().reserve(ann, { requests: 1, tokens: 20 }));
  expect(toReservedFields(reserved)).toMatchObject({ reserved: [{ measure: "tokens", amount: 20 }] });
});
