import { describe, expect, it } from "vitest";
import type { AllowancePage, AllowanceState, AllowanceSubject } from "../../shared/api/allowances.ts";
import type { Key } from "../../shared/api/keys.ts";
import { admin, bob, eve, viewer } from "../../shared/tasks/conea.fixture.ts";
import { json, openApi, type Sent } from "./api.fixture.ts";

const renewsAt = "2026-01-01T01:00:00.000Z";

/** The API with allowances of conea.yaml, and what an administrator does to them. */
async function openBounded(allowances: object | undefined = { roles: { user: { requests: "100/hour" } } }) {
  const test = await openApi({ ...(allowances && { allowances }) });
  const key = await test.keyFor(admin);
  const path = (whose: string) => `/v1/allowances/${whose}`;
  const asAdmin = (whose: string, sent: Sent = {}) => test.send(path(whose), { key, ...sent });
  const set = (whose: string, body: object) => asAdmin(whose, { method: "PUT", body });
  const reset = (whose: string) => asAdmin(whose, { method: "DELETE" });
  const list = async (query = "", sent: Sent = {}) =>
    (await json<AllowancePage>(await test.send(`/v1/allowances${query}`, sent))).items;
  const show = async (whose: string, sent: Sent = {}) => json<AllowanceSubject>(await asAdmin(whose, sent));
  return { ...test, path, asAdmin, set, reset, list, show };
}

function toLimits(states: AllowanceState[]): string[] {
  return states.map(({ scope, measure, limit }) => `${scope} ${measure} ${limit}`);
}

describe("what somebody may still use", () => {
  it("is shown of all that bounds them, with what they have used of it", async () => {
    const { list, submit } = await openBounded({
      roles: { user: { requests: "100/hour", activeTasks: 5 } },
      tenant: { tokens: "1000000/day" },
      relatedEntity: { requests: "7/hour" },
    });
    await submit();
    const states = await list();
    expect(toLimits(states)).toEqual(["user requests 100", "user activeTasks 5", "tenant tokens 1000000"]);
    expect(states[0]).toEqual({
      ...{ scope: "user", scopeId: "ann", measure: "requests", limit: 100, period: "hour" },
      ...{ spent: expect.any(Number), reserved: expect.any(Number), left: expect.any(Number), renewsAt },
    });
    expect(states[1]).not.toHaveProperty("period");
    expect(toLimits(await list("?relatedEntity=order-1"))).toContain("relatedEntity requests 7");
  });

  it("is everything where conea.yaml bounds nothing", async () => {
    const { list, show } = await openBounded({});
    expect(await list()).toEqual([]);
    expect(await show("user/ann")).toEqual({ scope: "user", scopeId: "ann", role: "user", allowances: [] });
  });

  it("is by the role of the key they come with, and for others it says that it shows that of a user", async () => {
    const { list, show, send, path, keyFor } = await openBounded({
      roles: { user: { requests: "100/hour" }, admin: { requests: "9000/hour" } },
    });
    expect(toLimits(await list("", { key: await keyFor(admin) }))).toEqual(["user requests 9000"]);
    expect(await show("user/root")).toMatchObject({ role: "admin", allowances: [{ limit: 9_000 }] });
    expect(await show("user/ann")).toMatchObject({ role: "user", allowances: [{ limit: 100 }] });
    const seen = await json<AllowanceSubject>(await send(path("user/root"), { key: await keyFor(viewer) }));
    expect(seen).toMatchObject({ role: "user", allowances: [{ limit: 100 }] });
    expect(await show("key/key_x")).not.toHaveProperty("role");
  });
});

describe("a user", () => {
  it("sees their own, their key's and their tenant's allowances, and nobody else's", async () => {
    const { send, path, keyFor, asAdmin } = await openBounded();
    const key = await keyFor({ tenant: "acme", user: "cid", role: "user" });
    const statusOf = async (whose: string) => (await send(path(whose), { key })).status;
    const keys = await json<{ items: Key[] }>(await send("/v1/keys", { key: await keyFor(admin) }));
    const own = keys.items.find(({ user }) => user === "cid")?.id;
    const others = keys.items.find(({ user }) => user === "ann")?.id;
    for (const whose of ["user/cid", `key/${own}`, "tenant/acme", "relatedEntity/order-1"])
      expect([whose, await statusOf(whose)]).toEqual([whose, 200]);
    for (const whose of ["user/ann", "user/root", `key/${others}`, "tenant/evil"])
      expect([whose, await statusOf(whose)]).toEqual([whose, 404]);
    expect((await asAdmin("user/ann", { key: await keyFor(viewer) })).status).toBe(200);
  });

  it("sets none and takes none back, nor does a viewer", async () => {
    const { asAdmin, keyFor, show } = await openBounded();
    for (const who of [bob, viewer]) {
      const key = await keyFor(who);
      const body = { requests: "unlimited" };
      expect((await asAdmin("user/bob", { key, method: "PUT", body })).status).toBe(403);
      expect((await asAdmin("user/bob", { key, method: "DELETE" })).status).toBe(403);
    }
    expect(await show("user/bob")).not.toHaveProperty("limits");
  });
});

describe("another tenant's allowance", () => {
  it("is not found, to look at, to set or to take back", async () => {
    const { asAdmin, set, reset, keyFor } = await openBounded();
    expect((await asAdmin("tenant/evil")).status).toBe(404);
    expect((await asAdmin("tenant/evil", { key: await keyFor(viewer) })).status).toBe(404);
    expect((await set("tenant/evil", { requests: "1/hour" })).status).toBe(404);
    expect((await reset("tenant/evil")).status).toBe(404);
  });

  it("stays as it is where a user has the same name", async () => {
    const { asAdmin, keyFor, show } = await openBounded();
    const body = { requests: "1/hour" };
    const answer = await asAdmin("user/ann", { key: await keyFor(eve), method: "PUT", body });
    expect(await json<AllowanceSubject>(answer)).toMatchObject({ limits: body, allowances: [{ limit: 1 }] });
    expect(await show("user/ann")).toMatchObject({ allowances: [{ limit: 100 }] });
    expect(await show("user/ann")).not.toHaveProperty("limits");
  });
});

describe("a limit that an administrator sets", () => {
  it("is shown, holds from the next request on, and is taken back as often as wanted", async () => {
    const { set, reset, show, submit, clock } = await openBounded();
    await submit();
    const answer = await set("user/ann", { requests: "2/hour" });
    expect([answer.status, await json<AllowanceSubject>(answer)]).toMatchObject([
      200,
      { scope: "user", scopeId: "ann", limits: { requests: "2/hour" }, allowances: [{ limit: 2 }] },
    ]);
    expect([(await submit()).status, (await submit()).status]).toEqual([202, 429]);
    expect((await reset("user/ann")).status).toBe(204);
    expect((await reset("user/ann")).status).toBe(204);
    expect(await show("user/ann")).toMatchObject({ allowances: [{ limit: 100 }] });
    expect(await show("user/ann")).not.toHaveProperty("limits");
    // That nothing was left is believed for half a second.
    await clock.advance(500);
    expect((await submit()).status).toBe(202);
  });

  it("refuses with what is left and when it renews, in words, in Retry-After and in the RateLimit fields", async () => {
    const { set, submit } = await openBounded({});
    await set("user/ann", { requests: "1/hour", activeTasks: 9 });
    const accepted = await submit();
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get("RateLimit-Policy")).toBe(
      '"user-requests-hour";q=1;w=3600, "user-activeTasks";q=9;qu="concurrent-requests"',
    );
    expect(accepted.headers.get("RateLimit")).toBe('"user-requests-hour";r=0;t=3600, "user-activeTasks";r=8');
    const refused = await submit();
    expect(refused.status).toBe(429);
    expect(await json(refused)).toMatchObject({
      code: "rate_limited",
      detail: `The allowance of 1 requests an hour of this user has 0 left. It renews at ${renewsAt}.`,
    });
    expect(refused.headers.get("Retry-After")).toBe("3600");
    expect(refused.headers.get("RateLimit")).toContain('"user-requests-hour";r=0;t=3600');
  });

  it("changes the measures it names, several periods of one too, and lifts what conea.yaml says", async () => {
    const { set, show } = await openBounded({ roles: { user: { requests: "100/hour", tokens: "50/day" } } });
    await set("user/ann", { requests: ["10/min", "60/hour"], micros: "5000000/month" });
    expect(toLimits((await show("user/ann")).allowances)).toEqual([
      "user requests 10",
      "user requests 60",
      "user micros 5000000",
      "user tokens 50",
    ]);
    await set("user/ann", { requests: "unlimited" });
    expect(toLimits((await show("user/ann")).allowances)).toEqual(["user tokens 50"]);
  });

  it("bounds a key and a related entity, whatever their names are", async () => {
    const { set, show, list } = await openBounded({});
    const id = encodeURIComponent("order/1 ü?");
    await set(`relatedEntity/${id}`, { tokens: "10/day" });
    expect(await show(`relatedEntity/${id}`)).toMatchObject({
      ...{ scope: "relatedEntity", scopeId: "order/1 ü?", limits: { tokens: "10/day" } },
      allowances: [{ scopeId: "order/1 ü?", limit: 10 }],
    });
    expect(toLimits(await list(`?relatedEntity=${id}`))).toEqual(["relatedEntity tokens 10"]);
    await set("key/key_x", { requests: "3/min" });
    expect(toLimits((await show("key/key_x")).allowances)).toEqual(["key requests 3"]);
  });

  it("lowers what the tenant has by conea.yaml, and never raises it", async () => {
    const { set, show } = await openBounded({ tenant: { requests: "20/hour" } });
    const limitsAfter = async (body: object) => {
      expect((await set("tenant/acme", body)).status).toBe(200);
      return toLimits((await show("tenant/acme")).allowances);
    };
    expect(await limitsAfter({ requests: "1000/hour" })).toEqual(["tenant requests 20"]);
    expect(await limitsAfter({ requests: "unlimited" })).toEqual(["tenant requests 20"]);
    expect(await limitsAfter({ requests: "1000/min" })).toEqual([
      "tenant requests 20",
      "tenant requests 1000",
    ]);
    expect(await limitsAfter({ requests: "5/hour" })).toEqual(["tenant requests 5"]);
  });

  it("is refused where conea.yaml has no allowances, because nobody would look for it", async () => {
    const { set, list } = await openBounded({ overrides: false });
    expect((await set("user/ann", { requests: "1/hour" })).status).toBe(409);
    expect(await list()).toEqual([]);
  });

  it.each([
    ["requests", { requests: "lots" }],
    ["requests", { requests: 100 }],
    ["requests", { requests: "10/week" }],
    ["micros", { micros: "-1/month" }],
    ["micros", { micros: "1.5/month" }],
    ["tokens", { tokens: [] }],
    ["tokens", { tokens: ["1/min", "2/hour", "3/day", "4/month"] }],
    ["tokens[1]", { tokens: ["1/min", "2/years"] }],
    ["activeTasks", { activeTasks: 1.5 }],
    ["activeTasks", { activeTasks: "3/min" }],
    ["dollars", { dollars: 5 }],
  ])("is refused, with %s named, where it is %j", async (field, body) => {
    const { set, show } = await openBounded();
    const answer = await set("user/ann", body);
    expect(answer.status).toBe(422);
    expect(await json<object>(answer)).toMatchObject({ code: "invalid_request", errors: [{ field }] });
    expect(await show("user/ann")).not.toHaveProperty("limits");
  });

  it("is not found where there is nothing of that kind", async () => {
    const { set, asAdmin, reset } = await openBounded();
    for (const whose of ["team/a", "constructor/a", `user/${"a".repeat(201)}`]) {
      expect((await set(whose, { requests: "1/hour" })).status).toBe(404);
      expect((await asAdmin(whose)).status).toBe(404);
      expect((await reset(whose)).status).toBe(404);
    }
  });
});
